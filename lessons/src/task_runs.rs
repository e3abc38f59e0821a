//! The runs of the lessons about tasks, written down event by event.

use loopscope_model::story::Story;
use loopscope_protocol::{
    Event, ExitHow, FutureId, HandleHow, HandleId, On, TaskHow, TaskId, Text, Which,
};

use crate::{Guide, Lesson, check, resolve};

/// A task gives way with `sleep(0)`: it is queued again by handle `next`.
fn give_way(story: &mut Story, handle: u32, task: u32, name: &str, next: u32) {
    let place = story.place("program.py", 9);
    let chain = story.chain(&[(name, "program.py", 9)]);
    story.push(Event::TaskSuspend { task: TaskId(task), on: On::Nothing, place, chain });
    story.handle(next, HandleHow::Step, name, task, 0);
    story.push(Event::HandleDone { handle: HandleId(handle), task: TaskId(task) });
}

/// A task ends, and its end queues `waiter`'s next step as handle `next`.
fn end(story: &mut Story, handle: u32, task: u32, how: TaskHow, wakes: Option<(u32, u32)>) {
    story.push(Event::TaskDone { task: TaskId(task), how });
    if let Some((next, waiter)) = wakes {
        story.handle(next, HandleHow::Wakeup, "main", waiter, 0);
    }
    story.push(Event::HandleDone { handle: HandleId(handle), task: TaskId(task) });
}

/// A sleep of a task ends: its timer, handle `timer`, runs and queues the task as handle `next`.
fn wake(story: &mut Story, timer: u32, when: f64, future: u32, next: (u32, &str, u32)) {
    story.poll(Some(1.0), when.max(story.history().live().seconds().unwrap_or(0.0)));
    story.due(timer, when).begin_turn(1).run(timer).complete(future);
    let (handle, name, task) = next;
    story.handle(handle, HandleHow::Wakeup, name, task, future).done(timer).turn(&[handle]);
    story.step(handle, task);
}

fn exit(story: &mut Story) {
    let text = story.text(Text::FIRST, "");
    story.push(Event::ProgramExit { code: 0, how: ExitHow::End, text });
}

fn tasks(gives_way: bool) -> Story {
    let mut story = Story::new();
    story.start().task(1, "main", 1).turn(&[1]).step(1, 1);
    story.task(2, "cook", 2).task(3, "clean", 3);
    let main_goes_on = |story: &mut Story, handle| {
        story.print("main: two tasks are made\n").suspend(handle, 1, On::Task(TaskId(2)), 20);
    };
    if gives_way {
        give_way(&mut story, 1, 1, "main", 7);
    } else {
        main_goes_on(&mut story, 1);
    }
    story.turn(&[2, 3]).step(2, 2).print("cook: cut the onions\n");
    give_way(&mut story, 2, 2, "cook", 4);
    story.step(3, 3).print("clean: sweep the floor\n");
    give_way(&mut story, 3, 3, "clean", 5);
    if gives_way {
        story.step(7, 1);
        main_goes_on(&mut story, 7);
    }
    story.turn(&[4, 5]).step(4, 2).print("cook: fry the onions\n");
    end(&mut story, 4, 2, TaskHow::Result, Some((6, 1)));
    story.step(5, 3).print("clean: mop the floor\n");
    end(&mut story, 5, 3, TaskHow::Result, None);
    story.turn(&[6]).step(6, 1).print("main: dinner is ready\n");
    end(&mut story, 6, 1, TaskHow::Result, None);
    exit(&mut story);
    story
}

fn blocking(awaits: bool) -> Story {
    let mut story = Story::new();
    story.start().task(1, "main", 1).turn(&[1]).step(1, 1);
    story.task(2, "report", 2).task(3, "download", 3).future(1);
    story.suspend(1, 1, On::Future(FutureId(1)), 18).turn(&[2, 3]).step(2, 2);
    story.print("report 0\n").future(2).timer(4, 1.0, "wake", 2);
    story.suspend(2, 2, On::Future(FutureId(2)), 9);
    story.step(3, 3).print("download begins\n");
    if awaits {
        story.future(3).timer(5, 2.5, "wake", 3);
        story.suspend(3, 3, On::Future(FutureId(3)), 14);
        wake(&mut story, 4, 1.0, 2, (6, "report", 2));
        story.print("report 1\n");
        end(&mut story, 6, 2, TaskHow::Result, None);
        wake(&mut story, 5, 2.5, 3, (7, "download", 3));
    }
    story.at(2.5).print("download ends\n");
    end(&mut story, if awaits { 7 } else { 3 }, 3, TaskHow::Result, None);
    if !awaits {
        wake(&mut story, 4, 1.0, 2, (6, "report", 2));
        story.print("report 1\n");
        end(&mut story, 6, 2, TaskHow::Result, None);
    }
    story.handle(8, HandleHow::Wakeup, "main", 1, 1).turn(&[8]).step(8, 1);
    end(&mut story, 8, 1, TaskHow::Result, None);
    exit(&mut story);
    story
}

fn lost_exception(keeps: bool) -> Story {
    let tell = |story: &mut Story| {
        let message = story.text(Text::FIRST, "Task exception was never retrieved");
        let exception = story.text(Text::SECOND, "LookupError: no such page");
        let (which, task) = (Which::Custom, TaskId(2));
        let (handle, future) = (HandleId::NONE, FutureId::NONE);
        story.push(Event::HandlerCall { which, message, exception, task, handle, future });
        story.print("handler: Task exception was never retrieved\n");
    };
    let mut story = Story::new();
    story.start().task(1, "main", 1).turn(&[1]).step(1, 1).task(2, "fetch", 2);
    story.future(1).timer(3, 1.0, "wake", 1).suspend(1, 1, On::Future(FutureId(1)), 18);
    story.turn(&[2]).step(2, 2).print("fetch: there is no such page\n");
    end(&mut story, 2, 2, TaskHow::Exception, None);
    if !keeps {
        tell(&mut story);
    }
    wake(&mut story, 3, 1.0, 1, (4, "main", 1));
    story.print("main: a second has passed\n");
    if keeps {
        tell(&mut story);
    }
    end(&mut story, 4, 1, TaskHow::Result, None);
    exit(&mut story);
    story
}

#[test]
fn the_lessons_about_tasks_fit_their_runs() {
    for (id, make, before, after) in [
        (
            "tasks",
            tasks as fn(bool) -> Story,
            ["main: two tasks are made", "clean"].as_slice(),
            ["cook: cut the onions", "clean"].as_slice(),
        ),
        ("blocking", blocking, &["download ends"], &["report 1"]),
        (
            "lost_exception",
            |drops| lost_exception(!drops),
            &["main prints a line"],
            &["the exception handler is called"],
        ),
    ] {
        let lesson = Lesson::find(id).expect("it is built in");
        let story = make(false);
        let resolved = resolve(lesson, &story.history(), story.names());
        assert_eq!(check::run(lesson, &resolved), [], "{id}");
        let answers = |resolved: &crate::Resolved<'_>| -> Vec<String> {
            let answers = resolved.questions.iter().filter_map(|question| question.answer.clone());
            answers.map(|answer| answer.text).collect()
        };
        assert_eq!(answers(&resolved), before, "{id}");
        let story = make(true);
        let edited = Guide::edited(lesson).follow(&story.history(), story.names());
        assert_eq!(answers(&edited), after, "{id}");
    }
}
