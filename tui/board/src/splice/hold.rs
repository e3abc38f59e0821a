//! Who has made the board hold: we, or a host before us that has died meanwhile.

use loopscope_model::control::OwnedRequest;

/// What is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hold {
    /// We have asked for nothing that makes it hold.
    #[default]
    Unasked,
    /// We have asked it to hold, now or later.
    Asked,
    /// It holds, as we have asked.
    Ours,
}

impl Hold {
    /// It is asked for something.
    pub(super) const fn asked(&mut self, request: &OwnedRequest) {
        match request {
            // How it runs on says where it is to hold again.
            OwnedRequest::Run { .. } => *self = Self::Asked,
            OwnedRequest::Pause if !self.is_ours() => *self = Self::Asked,
            OwnedRequest::Detach => *self = Self::Unasked,
            _ => {}
        }
    }

    /// It says that it holds. Whether that is nothing that we have asked for.
    pub(super) fn is_of_another(&mut self) -> bool {
        match self {
            Self::Unasked => true,
            Self::Asked | Self::Ours => {
                *self = Self::Ours;
                false
            }
        }
    }

    /// Whether it holds for us.
    pub(super) const fn is_ours(self) -> bool {
        matches!(self, Self::Ours)
    }
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::StopWhen;

    use super::*;

    #[test]
    fn what_we_have_not_asked_for_is_of_another() {
        let mut hold = Hold::default();
        assert!(hold.is_of_another() && !hold.is_ours());
        hold.asked(&OwnedRequest::Pause);
        assert!(!hold.is_of_another() && hold.is_ours());
        hold.asked(&OwnedRequest::Run { until: StopWhen::NEVER });
        assert!(!hold.is_ours());
        assert!(!hold.is_of_another() && hold.is_ours());
        hold.asked(&OwnedRequest::Detach);
        assert!(hold.is_of_another());
    }
}
