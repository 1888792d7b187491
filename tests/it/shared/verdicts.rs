//! One snapshot for each kind of verdict, judged by `fixtures/good/shop.yaml`: what every format is tried on.

/// The table that judges them.
pub(crate) const TABLE: &str = "fixtures/good/shop.yaml";

/// A snapshot and the exit code of its verdict.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) snapshot: &'static str,
    pub(crate) code: i32,
}

/// Promote, with and without warnings and missing optional metrics; hold for each reason; rollback; refused.
pub(crate) const VERDICTS: [Case; 9] = [
    Case { name: "promote", snapshot: "fixtures/good/shop/promote.json", code: 0 },
    Case { name: "warnings", snapshot: "fixtures/good/shop/warnings.json", code: 0 },
    Case { name: "not-evaluated", snapshot: "fixtures/good/shop/not-evaluated.json", code: 0 },
    Case { name: "hold-no-data", snapshot: "fixtures/good/shop/hold-no-data.json", code: 1 },
    Case { name: "hold-observed", snapshot: "fixtures/good/shop/hold-observed.json", code: 1 },
    Case { name: "series", snapshot: "fixtures/good/shop/series.json", code: 1 },
    Case { name: "baseline", snapshot: "fixtures/good/shop/baseline.json", code: 1 },
    Case { name: "refused", snapshot: "fixtures/bad/snapshots/unequal-lengths.json", code: 2 },
    Case { name: "rollback", snapshot: "fixtures/good/shop/rollback.json", code: 3 },
];
