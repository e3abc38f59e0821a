//! `lesson export`: a lesson as a page, Markdown or HTML, with the answers read from a run and a
//! picture of the screen at each step.

use std::fmt::Write as _;
use std::io::Write as _;

use loopscope_lessons::{Block, Lesson, Prose, Resolved, Span, resolve};
use loopscope_model::safe_text;

use super::super::{LessonFolder, Shared, code, complain, printed};
use super::command::LessonFormat;
use super::played::pictures;
use crate::print;

pub(super) fn export(name: &str, to: LessonFormat, shared: &Shared) -> i32 {
    let lesson = match super::named(name) {
        Ok(lesson) => lesson,
        Err(code) => return code,
    };
    let run = |folder: LessonFolder| {
        let mut session = folder.session(shared, true)?;
        super::to_the_end(&mut session)?;
        Ok(session)
    };
    let session = match LessonFolder::write(lesson).and_then(run) {
        Ok(session) => session,
        Err::<_, String>(sentence) => return complain(code::FAILED, &sentence),
    };
    let resolved = resolve(lesson, session.history(), session.names());
    let mut page = page(lesson, &resolved);
    let resolved = page.iter().map(|section| section.number).collect::<Vec<_>>();
    let shown = pictures(lesson, session);
    for (section, number) in page.iter_mut().zip(resolved) {
        (section.picture, section.drawn) = shown.get(number).cloned().unwrap_or_default();
    }
    let text = match to {
        LessonFormat::Md => markdown(lesson, &page),
        LessonFormat::Html => html(lesson, &page),
    };
    // A stranger's program may hold orders to a terminal.
    printed(print::out().write_all(safe_text::lines(&text).as_bytes()))
}

/// A part of the page.
struct Section {
    number: usize,
    title: String,
    /// Texts, one behind the other.
    texts: Vec<Prose>,
    choices: Vec<String>,
    answer: Option<String>,
    /// The screen as text, and as an SVG document.
    picture: String,
    drawn: String,
}

fn page(lesson: &Lesson, resolved: &Resolved<'_>) -> Vec<Section> {
    let items = lesson.items.iter().enumerate();
    let sections = items.map(|(number, item)| {
        let asked = resolved.question(number);
        let mut texts = Vec::new();
        if let Some(question) = item.question() {
            texts.push(question.ask.clone());
        }
        if let Some(find) = item.find() {
            texts.push(find.ask.clone());
        }
        let explained = asked.and_then(|asked| asked.explanation.clone());
        texts.push(explained.unwrap_or_else(|| item.text.clone()));
        Section {
            number,
            title: item.title.clone(),
            texts,
            choices: asked.map_or_else(Vec::new, |asked| asked.choices.clone()),
            answer: asked.and_then(|asked| Some(asked.answer.as_ref()?.text.clone())),
            picture: String::new(),
            drawn: String::new(),
        }
    });
    sections.collect()
}

fn markdown(lesson: &Lesson, page: &[Section]) -> String {
    let mut text = format!("# {}\n\n{}\n", lesson.title, lesson.shows);
    if !lesson.is_on_board() {
        let _ = write!(text, "\n```python\n{}```\n", lesson.program);
    }
    for section in page {
        let _ = write!(text, "\n## {}\n", section.title);
        for (n, prose) in section.texts.iter().enumerate() {
            let _ = write!(text, "\n{}\n", markdown_of(prose));
            if n == 0 && !section.choices.is_empty() {
                text.push('\n');
                for choice in &section.choices {
                    let mark = if section.answer.as_ref() == Some(choice) { "x" } else { " " };
                    let _ = writeln!(text, "- [{mark}] {choice}");
                }
            }
        }
        if !section.picture.is_empty() {
            let _ = write!(text, "\n```text\n{}```\n", section.picture);
        }
    }
    text
}

fn markdown_of(prose: &Prose) -> String {
    let blocks = prose.blocks.iter().map(|block| match block {
        Block::Code { language, lines } => format!("```{language}\n{}\n```", lines.join("\n")),
        Block::Paragraph(spans) => spans
            .iter()
            .map(|span| match span {
                Span::Plain(text) => text.clone(),
                Span::Code(text) => format!("`{text}`"),
                Span::Term(text) => format!("*{text}*"),
            })
            .collect(),
    });
    blocks.collect::<Vec<String>>().join("\n\n")
}

const STYLE: &str = "body{max-width:46em;margin:2em auto;padding:0 1em;font:1em/1.5 sans-serif}\
pre{overflow-x:auto;background:#f4f4f4;padding:.6em;line-height:1.2}.right{font-weight:bold}";

fn html(lesson: &Lesson, page: &[Section]) -> String {
    let title = escaped(&lesson.title);
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{}</p>\n",
        escaped(&lesson.shows)
    );
    if !lesson.is_on_board() {
        let _ = writeln!(text, "<pre><code>{}</code></pre>", escaped(&lesson.program));
    }
    for section in page {
        let _ = writeln!(text, "<h2>{}</h2>", escaped(&section.title));
        for (n, prose) in section.texts.iter().enumerate() {
            text.push_str(&html_of(prose));
            if n == 0 && !section.choices.is_empty() {
                text.push_str("<ul>\n");
                for choice in &section.choices {
                    let right = section.answer.as_ref() == Some(choice);
                    let class = if right { " class=\"right\"" } else { "" };
                    let _ = writeln!(text, "<li{class}>{}</li>", escaped(choice));
                }
                text.push_str("</ul>\n");
            }
        }
        if !section.picture.is_empty() {
            let _ =
                writeln!(text, "<details><summary>the screen</summary>{}</details>", section.drawn);
        }
    }
    text.push_str("</body>\n</html>\n");
    text
}

fn html_of(prose: &Prose) -> String {
    let blocks = prose.blocks.iter().map(|block| match block {
        Block::Code { lines, .. } => {
            format!("<pre><code>{}</code></pre>\n", escaped(&lines.join("\n")))
        }
        Block::Paragraph(spans) => {
            let inside: String = spans
                .iter()
                .map(|span| match span {
                    Span::Plain(text) => escaped(text),
                    Span::Code(text) => format!("<code>{}</code>", escaped(text)),
                    Span::Term(text) => format!("<dfn>{}</dfn>", escaped(text)),
                })
                .collect();
            format!("<p>{inside}</p>\n")
        }
    });
    blocks.collect()
}

/// A text that is one in HTML, whatever is in it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_not_taken_for_markup() {
        let prose = Prose::parse("A <b> & `<i>`.");
        assert_eq!(html_of(&prose), "<p>A &lt;b&gt; &amp; <code>&lt;i&gt;</code>.</p>\n");
        assert_eq!(markdown_of(&prose), "A <b> & `<i>`.");
    }
}
