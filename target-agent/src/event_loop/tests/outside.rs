//! What comes from outside of the loop: wakers of other libraries.

use super::*;

task! {
    async fn woken_from_outside() -> Result<(), Error> {
        let mut first = true;
        core::future::poll_fn(|context| {
            if core::mem::take(&mut first) {
                let waker = context.waker().clone();
                std::thread::spawn(move || waker.wake()).join().unwrap();
                return core::task::Poll::Pending;
            }
            core::task::Poll::Ready(())
        })
        .await;
        Ok(())
    }
}

#[test]
fn a_waker_of_another_library_queues_the_task() {
    let _turn = start();
    assert_eq!(asyncio::run(woken_from_outside()), Ok(()));
    let found = records();
    assert!(
        found.contains(
            "0 task-suspend task 1 waits for its waker\n\
         0 handle-done h1 task 1\n\
         0 handle-new h2 wakeup woken_from_outside task 1\n\
         0 handle-run h2 task 1\n"
        ),
        "{found}"
    );
}
