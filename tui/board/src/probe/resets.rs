//! Resets: how they are noticed, and what a board that begins again may have become.

use std::sync::Arc;
use std::time::Instant;

use probe_rs::Core;
use probe_rs::rtt::Rtt;

use super::super::elf::Firmware;
use super::super::host::Host;
use super::super::splice::RESET;
use super::watch::Watch;
use super::{Board, ServeEnd};

impl Board<'_> {
    /// A reset was noticed: other signs of the same one are not reported, and the program's own log
    /// begins anew.
    pub(super) fn noticed(&mut self, watch: &mut Watch) {
        self.restarted = Some(Instant::now());
        self.unread = None;
        watch.forget_logs(self.firmware.log_block);
    }

    /// The ring was read up to another place than we have read it.
    pub(super) fn moved(&mut self, host: &mut Host<'_>, offset: u64, watch: &mut Watch) {
        self.at = offset;
        if offset == 0 {
            self.noticed(watch);
            host.restarted(RESET);
            host.connected(true);
        } else {
            host.skipped(
                "Something else has read the board's records too, so some are missing here; end other RTT viewers.",
            );
        }
    }

    /// The board has another firmware, whose file is known.
    pub(super) fn changed(
        &mut self,
        host: &mut Host<'_>,
        firmware: Arc<Firmware>,
        watch: &mut Watch,
    ) {
        self.at = 0;
        self.noticed(watch);
        host.other_firmware(
            firmware,
            "The board was given another firmware, the one that the file holds by now; it starts again.",
        );
        host.connected(true);
    }

    /// The board began again: looks for the agent anew. Its firmware may be another one.
    pub(super) fn again(
        &mut self,
        host: &mut Host<'_>,
        core: &mut Core<'_>,
        rtt: &mut Rtt,
        watch: &mut Watch,
    ) -> Result<(), ServeEnd> {
        let other = self.recognise(host, core)?;
        let (found, offset) = self.find(host, core)?;
        *rtt = found;
        match other {
            Some(firmware) => self.changed(host, firmware, watch),
            None => self.moved(host, offset, watch),
        }
        Ok(())
    }

    /// The board was reset just while we read, and our read offset is in its new ring: its first
    /// records are lost, and the ring does not show the reset.
    pub(super) fn overwritten(
        &mut self,
        host: &mut Host<'_>,
        core: &mut Core<'_>,
        watch: &mut Watch,
    ) -> Result<(), ServeEnd> {
        let at = self.at;
        match self.recognise(host, core)? {
            Some(firmware) => self.changed(host, firmware, watch),
            None => self.moved(host, 0, watch),
        }
        self.at = at;
        host.skipped("It was reset while it was read, so its first records are missing here.");
        Ok(())
    }
}
