//! What `info` tells: each topic in words and as data.

mod link;
mod locks;
mod outside;
mod queues;

use loopscope_model::{lint, safe_text, titles};
use loopscope_protocol::{FieldValue, Text, Which, Word};
use serde_json::{Value, json};

use super::answer::Answer;
use super::breaks::Trigger;
use super::command::Topic;
use super::values_over_time::Shown;
use super::{Session, labels};
use crate::source::Origin;

/// How many values of one expression are told at once.
const MOST_VALUES: usize = 20;

/// How many records before and after the cursor `info records` shows.
const AROUND: usize = 5;

impl Session {
    pub(super) fn info(&self, topic: Topic) -> Answer {
        match topic {
            Topic::Loop => self.info_loop(),
            Topic::Ready => self.info_ready(),
            Topic::Timers => self.info_timers(),
            Topic::Tasks => self.info_tasks(),
            Topic::Watchers => self.info_watchers(),
            Topic::Servers => self.info_servers(),
            Topic::Transports => self.info_transports(),
            Topic::Processes => self.info_processes(),
            Topic::Jobs => self.info_jobs(),
            Topic::Locks => self.info_locks(),
            Topic::Handlers => self.info_handlers(),
            // It is asked of the program.
            Topic::Locals => Answer::default(),
            Topic::Values => self.info_values(),
            Topic::Exceptions => self.info_exceptions(),
            Topic::Breakpoints => self.info_breakpoints(),
            Topic::Lints => self.info_lints(),
            Topic::Source => self.info_source(),
            Topic::Bookmarks => self.info_bookmarks(),
            Topic::Output => self.info_output(),
            Topic::Records => self.info_records(),
        }
    }

    fn info_tasks(&self) -> Answer {
        let (state, names) = (self.state(), self.names());
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for task in state.tasks() {
            let doing = labels::task_state(task, state, names);
            let stands = task.stands_at(names).unwrap_or_default();
            let place = names.place(stands);
            let at = place.map_or_else(String::new, |place| format!("  at {place}"));
            let mut title = labels::task(task.id, state, names);
            // What it runs, where its own name does not say that.
            let runs = titles::short(&names.name(task.name)).to_owned();
            if task.name.is_some() && !title.starts_with(&runs) {
                title.push_str(&format!(", {runs}()"));
            }
            let cancel = if task.cancel_pending && !task.state.is_done() {
                ", cancel requested"
            } else {
                ""
            };
            lines.push(format!("{title}  {doing}{cancel}{at}"));
            data.push(json!({
                "task": task.id.0, "loop": task.loop_id.0, "name": names.exact(task.name),
                "label": names.exact(task.label), "state": task.state.word(), "doing": doing,
                "where": names.exact_place(stands), "cancel_requested": task.cancel_requested, "cancel_pending": task.cancel_pending, "steps": task.steps,
                "value": task.ending.value(),
                "busy": loopscope_model::record::seconds(task.busy),
            }));
        }
        if lines.is_empty() {
            lines.push("No tasks.".to_owned());
        }
        Answer::new(lines.join("\n")).with("tasks", data)
    }

    fn info_handlers(&self) -> Answer {
        let names = self.names();
        let mut data = Vec::new();
        let mut lines = Vec::new();
        for each in self.state().loops() {
            let handler = &each.handler;
            let word = handler.which.map_or("unknown", Word::word);
            let mut line = format!("loop {}: {word}", each.id.0);
            if handler.which == Some(Which::Custom) {
                line.push_str(&format!(" {}", names.name(handler.name)));
                if let Some(place) = names.place(handler.place) {
                    line.push_str(&format!("  at {place}"));
                }
            }
            lines.push(line);
            data.push(json!({
                "loop": each.id.0, "which": word, "name": names.get(handler.name),
                "where": names.exact_place(handler.place),
            }));
        }
        if lines.is_empty() {
            lines.push("There is no loop yet.".to_owned());
        }
        let calls = self.state().counts().handler_calls;
        if calls > 0 {
            lines.push(format!("called: {calls}; `info exceptions` shows the calls"));
        }
        Answer::new(lines.join("\n")).with("handlers", data).with("calls", calls)
    }

    fn info_exceptions(&self) -> Answer {
        let names = self.names();
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for record in self.history.handler_calls(self.position()) {
            let time = record.seconds().map_or_else(String::new, |t| format!("  t {t:.6}"));
            lines.push(format!("#{}{time}  {}", record.seq, record.shown(Text::FIRST)));
            let exception = record.shown(Text::SECOND);
            if !exception.is_empty() {
                lines.push(format!("  exception: {exception}"));
            }
            for field in record.event.fields().as_slice() {
                let about = match field.value {
                    FieldValue::Task(id) if id.is_some() => labels::task(id, self.state(), names),
                    FieldValue::Handle(id) if id.is_some() => {
                        labels::handle(id, self.state(), names)
                    }
                    FieldValue::Future(id) if id.is_some() => format!("f{}", id.0),
                    FieldValue::Word(word) => format!("{word} handler"),
                    _ => continue,
                };
                lines.push(format!("  {}: {about}", field.name));
            }
            data.push(self.record_json(&record));
        }
        if lines.is_empty() {
            lines.push("The exception handler was not called.".to_owned());
        }
        Answer::new(lines.join("\n")).with("exceptions", data)
    }

    /// The values of what is watched and displayed, up to the cursor.
    fn info_values(&self) -> Answer {
        let here = self.record().map_or(0, |record| record.seq);
        let watched = self.breaks.iter().filter(|point| point.word() == "watch");
        let watched = watched.map(|point| (&point.text, point.values.all()));
        let displayed = self.displays.iter().filter_map(|display| match &display.shown {
            Shown::Python { values, .. } => Some((&display.text, values.all())),
            Shown::Ours(_) => None,
        });
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for (text, values) in watched.chain(displayed) {
            let known = values.partition_point(|(seq, _)| *seq <= here);
            lines.push(safe_text::line(text).into_owned());
            let shown = known.saturating_sub(MOST_VALUES);
            if shown > 0 {
                lines.push(format!("  ({shown} before these)"));
            }
            let line =
                |(seq, value): &(u64, String)| format!("  #{seq}  {}", safe_text::line(value));
            lines.extend(values[shown..known].iter().map(line));
            let all: Vec<_> = values[..known]
                .iter()
                .map(|(seq, value)| json!({ "seq": seq, "value": value }))
                .collect();
            data.push(json!({ "expr": text, "values": all }));
        }
        if lines.is_empty() {
            lines.push("Nothing is watched; `watch EXPR` watches something.".to_owned());
        }
        Answer::new(lines.join("\n")).with("values", data)
    }

    fn info_breakpoints(&self) -> Answer {
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for point in self.breaks.iter() {
            let word = if point.temporary { "tbreak" } else { point.word() };
            let off = if point.enabled { "" } else { "  (disabled)" };
            lines
                .push(format!("{}  {word} {}  hits {}{off}", point.number, point.text, point.hits));
            lines.extend(point.commands.iter().map(|line| format!("     {line}")));
            data.push(json!({
                "breakpoint": point.number, "what": word, "text": point.text, "hits": point.hits,
                "enabled": point.enabled, "temporary": point.temporary,
                "watch": matches!(point.trigger, Trigger::Watch(_) | Trigger::Python(_)), "commands": point.commands,
            }));
        }
        if lines.is_empty() {
            lines.push("No breakpoints; `break EVENT` sets one.".to_owned());
        }
        Answer::new(lines.join("\n")).with("breakpoints", data)
    }

    fn info_lints(&self) -> Answer {
        let (names, here) = (self.names(), self.position());
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for (_, finding) in self.history.lints(here) {
            let (rule, text) = (finding.rule.word(), finding.text(names));
            // Where it is about a line, that is where the reader looks next.
            let position = self.history.position_of_seq(finding.seq);
            let record = position.and_then(|position| self.history.record(position));
            let caused = record.and_then(|record| record.cause(names)).map(|cause| cause.place);
            let place = caused.and_then(|place| names.exact_place(place));
            let place = place.or_else(|| names.exact_place(finding.place));
            let at = place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
            let lesson = lint::lesson(finding.rule);
            lines.push(format!("#{}  {rule}: {text}{at} (lesson {lesson})", finding.seq));
            data.push(json!({
                "seq": finding.seq, "rule": rule, "text": text, "lesson": lesson, "where": place,
            }));
        }
        let mut anomalies = Vec::new();
        for (_, anomaly) in self.history.anomalies(here) {
            lines.push(format!(
                "#{}  anomaly, {}: {}",
                anomaly.seq,
                anomaly.kind.word(),
                anomaly.text
            ));
            anomalies.push(
                json!({ "seq": anomaly.seq, "how": anomaly.kind.word(), "text": anomaly.text }),
            );
        }
        if lines.is_empty() {
            lines.push("Nothing deserves attention so far.".to_owned());
        }
        Answer::new(lines.join("\n")).with("lints", data).with("anomalies", anomalies)
    }

    /// What kind of thing the source is, in a word.
    pub(super) fn kind_of_source(&self) -> &'static str {
        match self.origin() {
            Origin::Board => "board",
            Origin::Process => "process",
            Origin::Recording => "recording",
            Origin::Program | Origin::Nothing => "program",
        }
    }

    fn info_source(&self) -> Answer {
        let live = &*self.history.edge();
        let run = live.run();
        let link = self.link();
        let what = self.kind_of_source();
        let mut lines = vec![format!("{what}  {}", safe_text::line(&self.name()))];
        if let Some(link) = &link {
            lines.extend(link::lines(link));
        }
        if let Some(dialect) = run.dialect {
            let ties = run.ties.map_or("", Word::word);
            lines.push(format!(
                "dialect {}  clock {}  seed {}  ties {ties}",
                dialect.word(),
                run.clock_word(),
                run.seed
            ));
        }
        if let Some(how) = run.real_since {
            lines.push(format!(
                "the clock is real since the first real outside source: {}",
                how.word()
            ));
        }
        lines.push(format!("records {}  cursor {}", self.live_edge(), self.position()));
        let counts = live.counts();
        if counts.gaps > 0 {
            lines.push(format!("gaps {}  records lost {} or more", counts.gaps, counts.lost));
        }
        if self.program_ended() {
            lines.push(self.ending());
        }
        Answer::new(lines.join("\n"))
            .with("source", self.name())
            .with("kind", what)
            .with("dialect", run.dialect.map(Word::word))
            .with("clock", run.clock_word())
            .with("seed", run.seed)
            .with("records", self.live_edge())
            .with("position", self.position())
            .with("gaps", counts.gaps)
            .with("lost", counts.lost)
            .with("ended", self.program_ended())
            .with("exit_code", live.exit().map(|exit| exit.code))
            .with("link", link.as_ref().map(link::data))
            .with("held", link.is_some() && self.is_held())
    }

    fn info_bookmarks(&self) -> Answer {
        let line = |(name, position): &(String, usize)| {
            let seq = self.history.record(*position).map_or(0, |record| record.seq);
            format!("{name}  #{seq}")
        };
        let lines: Vec<String> = self.bookmarks().iter().map(line).collect();
        let text = if lines.is_empty() {
            "No bookmarks; `bookmark NAME` sets one.".to_owned()
        } else {
            lines.join("\n")
        };
        let data: Vec<Value> = self
            .bookmarks()
            .iter()
            .map(|(name, position)| json!({ "name": name, "position": position }))
            .collect();
        Answer::new(text).with("bookmarks", data)
    }

    fn info_output(&self) -> Answer {
        let mut text = String::new();
        let mut data = Vec::new();
        for record in self.history.outputs(self.position()) {
            let Some((_, written)) = record.written(self.names()) else { continue };
            text.push_str(&written);
            data.push(json!({ "seq": record.seq, "text": written }));
        }
        if text.is_empty() {
            text.push_str("The program has written nothing so far.");
        }
        Answer::new(text.trim_end_matches('\n')).with("output", data)
    }

    fn info_records(&self) -> Answer {
        let here = self.position();
        let from = here.saturating_sub(AROUND + 1);
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for (record, position) in self.history.range(from, here + AROUND).zip(from + 1..) {
            let mark = if position == here { '>' } else { ' ' };
            lines.push(format!("{mark}{:>5}  {}", record.seq, self.names().line(&record)));
            data.push(self.record_json(&record));
        }
        if lines.is_empty() {
            lines.push("No records yet.".to_owned());
        }
        Answer::new(lines.join("\n")).with("records", data).with("position", here)
    }
}
