//! Which exception is handled: a scheduler that runs in one interrupts what runs in none, or in one of
//! a lower priority.

/// The number of the exception that is handled; 0: none is.
pub(crate) fn active() -> u16 {
    #[cfg(target_arch = "arm")]
    {
        use cortex_m::peripheral::SCB;
        use cortex_m::peripheral::scb::VectActive;
        match SCB::vect_active() {
            VectActive::ThreadMode => 0,
            // No number of an exception's own is needed: a scheduler's task runs in none of them.
            VectActive::Exception(_) => 1,
            VectActive::Interrupt { irqn } => u16::from(irqn) + 2,
        }
    }
    #[cfg(not(target_arch = "arm"))]
    0
}
