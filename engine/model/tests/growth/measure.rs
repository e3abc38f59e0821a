//! How long work takes on the processor, whatever else the machine does, and how that grows.

use cpu_time::ThreadTime;

/// How much longer twice as much may take.
const MOST: f64 = 2.5;

/// What a record may take in any case, in nanoseconds. Nothing that looks at thousands of things
/// takes so little, and below it a cache that others use as well looks like growth.
const LITTLE: u128 = 500;

/// How often the two are measured before a growth is believed: so often that it is not all within one
/// moment in which others use the caches.
const ATTEMPTS: usize = 60;

/// How long work takes at a size, without what `prepare` takes, in nanoseconds.
fn time<T>(size: u32, prepare: &impl Fn(u32) -> T, work: &impl Fn(&mut T)) -> u128 {
    let mut prepared = prepare(size);
    let start = ThreadTime::now();
    work(&mut prepared);
    start.elapsed().as_nanos()
}

/// A sentence if twice as much takes far more than twice as long, and four times as much again: what
/// only does not fit a cache any more grows once. The least of several times counts, so that a busy
/// machine makes none of them longer than it is.
pub(crate) fn grows_too_fast<T>(
    what: &str,
    size: u32,
    prepare: impl Fn(u32) -> T,
    work: impl Fn(&mut T),
) -> Option<String> {
    let grows = |size: u32| {
        let (mut once, mut twice) = (u128::MAX, u128::MAX);
        for _ in 0..ATTEMPTS {
            once = once.min(time(size, &prepare, &work));
            twice = twice.min(time(2 * size, &prepare, &work));
            #[allow(clippy::cast_precision_loss, reason = "a few milliseconds")]
            let grows = twice as f64 > MOST * once as f64;
            if !grows || twice < LITTLE * u128::from(2 * size) {
                return None;
            }
        }
        Some((once, twice))
    };
    let (once, twice) = grows(size)?;
    let (_, four_times) = grows(2 * size)?;
    let [once, twice, four_times] = [once, twice, four_times].map(|time| time / 1000);
    Some(format!("{what}: {size} take {once} us, twice as many {twice}, four times {four_times}"))
}
