//! What a block's summary says of its records.

use loopscope_columns::summary::Made;
use loopscope_columns::{StartFinder, Summary, Tally};
use loopscope_protocol::{Event, Kind, KindSet};
use proptest::prelude::*;

use crate::sim::Sim;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_summary_says_what_the_records_say(seed: u64) {
        let sim = Sim::run(seed, 200);
        let records = sim.story.records();
        let mut tally = Tally::new(StartFinder::default());
        for record in records {
            tally.push(&record.row());
        }
        let summary = tally.summary();
        prop_assert_eq!(Summary::read(&summary.bytes()), Ok(summary.clone()));
        for kind in Kind::ALL {
            let count = records.iter().filter(|record| record.kind() == *kind).count();
            prop_assert_eq!(summary.count(*kind) as usize, count);
            prop_assert_eq!(summary.count_of(KindSet::NONE.with(*kind)), count as u64);
            prop_assert_eq!(summary.kinds.has(*kind), count > 0);
        }
        for record in records {
            if let Event::HandleNew { handle, .. } = record.event {
                prop_assert!(summary.made[Made::Handle as usize].has(handle.0));
            }
            let (least, most) = summary.times.unwrap();
            prop_assert!(record.t.is_none_or(|t| (least..=most).contains(&t)));
        }
    }
}
