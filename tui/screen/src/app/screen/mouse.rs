//! What a click and a turn of the wheel mean, by what stands there.

use ratatui::layout::Position;

use super::super::layout::Slot;
use super::Screen;
use crate::keys::Action;
use crate::views::{Effect, Snapshot};

impl Screen {
    /// A click, or a drag with the button held.
    pub fn click(&mut self, at: Position, snapshot: &Snapshot<'_>) -> Effect {
        if let Some(action) = self.key_at(at) {
            return Effect::Press(action);
        }
        if self.popup.take().is_some() {
            return Effect::Done;
        }
        let Some((slot, inside)) = self.hit(at) else {
            return Effect::Ignored;
        };
        if self.focus != slot.name {
            self.focus = slot.name;
        } else if at.y == slot.rect.y && slot.views.len() > 1 {
            self.tab(1);
            return Effect::Done;
        }
        if !inside {
            return Effect::Done;
        }
        let shown = self.shown(&slot);
        self.view_mut(shown).map_or(Effect::Done, |view| view.click(at, snapshot, slot.inside()))
    }

    /// The action of the key line at a place.
    fn key_at(&self, at: Position) -> Option<Action> {
        let keys = self.layout.as_ref()?.keys;
        if !keys.contains(at) || self.prompt.is_some() || self.message.is_some() {
            return None;
        }
        self.offers.iter().find(|offered| offered.columns.contains(&(at.x - keys.x)))?.action
    }

    /// The wheel, up or down.
    pub fn wheel(&mut self, at: Position, up: bool, snapshot: &Snapshot<'_>) -> Effect {
        let action = if up { Action::Up } else { Action::Down };
        if let Some(popup) = &mut self.popup {
            popup.update(action);
            return Effect::Done;
        }
        let Some((slot, _)) = self.hit(at) else {
            return Effect::Ignored;
        };
        let shown = self.shown(&slot);
        let Some(view) = self.view_mut(shown) else {
            return Effect::Ignored;
        };
        for _ in 0..3 {
            let effect = view.update(action, snapshot, slot.inside());
            if effect != Effect::Done {
                return effect;
            }
        }
        Effect::Done
    }

    /// The panel at a place, and whether that is inside its border. Titles belong to the panel
    /// below them.
    fn hit(&self, at: Position) -> Option<(Slot, bool)> {
        let layout = self.layout.as_ref()?;
        let inside = layout.slots.iter().find(|slot| slot.inside().contains(at));
        if let Some(slot) = inside {
            return Some((slot.clone(), true));
        }
        let on_title = |slot: &&Slot| at.y == slot.rect.y && slot.rect.contains(at);
        let border = layout.slots.iter().find(on_title);
        border
            .or_else(|| layout.slots.iter().find(|slot| slot.rect.contains(at)))
            .map(|slot| (slot.clone(), false))
    }
}
