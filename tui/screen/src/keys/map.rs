//! Which key does what, with the settings file applied.

use std::collections::HashMap;

use thiserror::Error;

use super::{Action, Chord, Row, TABLE};

/// Which key does what.
#[derive(Clone, Debug)]
pub struct Keymap {
    actions: HashMap<Chord, Action>,
    chords: Vec<Vec<Chord>>,
}

/// A line of the settings file that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeymapError {
    /// There is no such action.
    #[error(
        "keys: there is no action `{0}`; the help (`?`) has them at its right edge, and `loopscope man` lists them"
    )]
    Action(String),
    /// There is no such key.
    #[error(
        "keys: `{key}` for `{action}` is no key; write a character or a name such as `space`, \
         `ctrl-x`, `f5` or `pageup`"
    )]
    Key {
        /// The action.
        action: String,
        /// What was written.
        key: String,
    },
}

impl Default for Keymap {
    fn default() -> Self {
        let chords = TABLE
            .iter()
            .map(|row| row.keys.iter().filter_map(|key| Chord::parse(key)).collect())
            .collect();
        let mut map = Self { actions: HashMap::new(), chords };
        map.index();
        map
    }
}

impl Keymap {
    /// Gives `action` these keys instead of those it had. A key that another action had is taken
    /// away from that one.
    pub fn remap(&mut self, action: &str, keys: &[String]) -> Result<(), KeymapError> {
        let at = TABLE
            .iter()
            .position(|row| row.name == action)
            .ok_or_else(|| KeymapError::Action(action.to_owned()))?;
        let mut wanted = Vec::new();
        for key in keys {
            wanted.push(
                Chord::parse(key).ok_or_else(|| KeymapError::Key {
                    action: action.to_owned(),
                    key: key.clone(),
                })?,
            );
        }
        for chords in &mut self.chords {
            chords.retain(|chord| !wanted.contains(chord));
        }
        self.chords[at] = wanted;
        self.index();
        Ok(())
    }

    fn index(&mut self) {
        self.actions = TABLE
            .iter()
            .zip(&self.chords)
            .flat_map(|(row, chords)| chords.iter().map(|chord| (*chord, row.action)))
            .collect();
    }

    /// What a key does. Digits that are not mapped choose a panel or an answer.
    pub fn action(&self, chord: Chord) -> Option<Action> {
        self.actions.get(&chord).copied().or_else(|| chord.digit().map(Action::Digit))
    }

    /// The keys of an action.
    pub fn chords(&self, action: Action) -> &[Chord] {
        let at = TABLE.iter().position(|row| row.action == action);
        at.map_or(&[], |at| &self.chords[at])
    }

    /// The first key of an action as text; empty if it has none.
    pub fn key(&self, action: Action) -> String {
        self.chords(action).first().map(ToString::to_string).unwrap_or_default()
    }

    /// The rows of the table with the keys as they are now.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Row, &[Chord])> {
        TABLE.iter().zip(self.chords.iter().map(Vec::as_slice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(text: &str) -> Chord {
        Chord::parse(text).unwrap()
    }

    #[test]
    fn a_key_does_one_thing() {
        let mut map = Keymap::default();
        assert_eq!(map.action(chord(".")), Some(Action::Step));
        assert_eq!(map.action(chord("7")), Some(Action::Digit(7)));
        map.remap("step", &["n".into(), "f7".into()]).unwrap();
        assert_eq!(map.action(chord("n")), Some(Action::Step));
        assert_eq!(map.action(chord("f7")), Some(Action::Step));
        assert_eq!(map.action(chord(".")), None);
        assert_eq!(map.key(Action::NextHandle), "");
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let mut map = Keymap::default();
        let error = map.remap("jump", &[]).unwrap_err();
        assert!(error.to_string().contains("no action `jump`"));
        let error = map.remap("step", &["hyper-x".into()]).unwrap_err();
        assert!(error.to_string().contains("`hyper-x` for `step` is no key"), "{error}");
        assert_eq!(map.action(chord(".")), Some(Action::Step), "nothing has changed");
    }
}
