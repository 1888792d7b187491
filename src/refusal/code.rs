//! The codes of faults: one list, from which everything about them comes.

/// From one line each: the variants, [`Code::ALL`], [`Code::name`] and [`Code::explanation`].
macro_rules! codes {
    ($($variant:ident, $name:literal, $explanation:literal;)*) => {
        /// What kind of fault it is. Its name is stable: scripts may look for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $explanation] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in messages and reports.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it means and what to do about it, in a few sentences.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Self::$variant => $explanation,)*
                }
            }
        }
    };
}

codes! {
    Unreadable, "unreadable",
        "The file cannot be opened or read, or is no regular file. See that it is there, that its name is spelt \
        right, and that you may read it.";
    NotUtf8, "not-utf-8",
        "The text is not UTF-8 from the place shown on. Save the file as UTF-8.";
    TooLarge, "too-large",
        "The file is larger or nested deeper than anything that people write, its aliases repeat too much, or the \
        tests of a suite have more windows than are kept. Look whether it is the right file.";
    NoSnapshot, "no-snapshot",
        "The folder has no file whose name ends in .json, so there is nothing to judge. See that it is the right \
        folder, and that the snapshots were written.";
    NotYaml, "not-yaml",
        "The text is not a YAML document that can be used, from the place shown on: an indentation, a quote or a \
        bracket, a second document, or a key that is no name. Mend it there; only the first such fault can be \
        told.";
    NotJson, "not-json",
        "The text is not JSON that can be used, from the place shown on. Mend it there; only the first such fault \
        of a part can be told.";
    Tag, "tag",
        "A tag such as !!str or !!null makes a value other than it looks, so none is read. Write the value as it is \
        meant.";
    MergeKey, "merge-key",
        "The merge key << would hide which of two values counts. Write the keys out, or repeat a single value with \
        an alias.";
    DuplicateKey, "duplicate-key",
        "A key stands twice in one map, and only one of the two values could count. Keep one of them.";
    EmptyDocument, "empty-document",
        "There is nothing in the file. A table begins with `version: 1` and `pipelines:`, a suite of tests \
        with `version: 1` and `tests:`; a snapshot is a JSON object with \"metrics\".";
    UnknownVersion, "unknown-version",
        "The `version` at the top is not one that this program reads. Write `version: 1`, or use a newer rollout- \
        gate if the file needs a newer format.";
    MissingKey, "missing-key",
        "A key that must be there is not. Add it; the message says what it is for.";
    UnknownKey, "unknown-key",
        "Nothing reads this key, so what it says would silently not count. Mend the spelling, or let it begin with \
        `x-` if it is your own (in a table or a suite of tests).";
    WrongType, "wrong-type",
        "A value is of another kind than belongs there: a text instead of a number, a map instead of a list. The \
        message says what was found and what is wanted.";
    QuotedNumber, "quoted-number",
        "A number stands in quotes, which makes it a text. Take the quotes away.";
    NotFinite, "not-finite",
        "A number is infinite, not a number, or too large to be one. Nothing compares with it. Write a finite \
        number, or null in a snapshot where there is no data.";
    EmptyText, "empty-text",
        "A text is empty or only space. Write it, or leave the key out.";
    EmptyList, "empty-list",
        "A list was left empty, or has too few items. Write what belongs in it, or `[]` where it may be empty.";
    EmptyMap, "empty-map",
        "A map has nothing in it where at least one entry belongs. Write it.";
    EmptyName, "empty-name",
        "A name is empty. Write one, so that rules and reports can name it.";
    BadDuration, "bad-duration",
        "This is no duration of more than zero. Write hours, minutes and seconds, such as 24h, 15m or 1h30m.";
    UnknownWord, "unknown-word",
        "Only a few words can stand here, and this is none of them. The message names them, or the nearest.";
    UnknownPipeline, "unknown-pipeline",
        "The table has no pipeline of this name. Mend the name, or look whether it is the right table.";
    UnknownStage, "unknown-stage",
        "The pipeline has no stage of this name. Mend the name, or add the stage under `stages`.";
    UnknownMetric, "unknown-metric",
        "The pipeline has no metric of this name. Mend the name, or declare it under `metrics`.";
    BadLimit, "bad-limit",
        "A limit is a number, `baseline`, `baseline + 10%`, `baseline - 10%`, `~` for none yet, or a map from stage \
        to one of these.";
    NoComparator, "no-comparator",
        "A rule or a condition of `and` says nothing to compare by. Give it exactly one of max, min, below, above, \
        equals, differs.";
    SeveralComparators, "several-comparators",
        "A rule has more than one comparator, and could be read in two ways. Write a rule for each.";
    ConflictingKeys, "conflicting-keys",
        "Two keys of the rule cannot stand together: they say how long in two ways, or look at windows where \
        `aggregate` makes one value of all. Or a test gives windows beside a snapshot, which has its own. Keep one \
        of them.";
    BadWindows, "bad-windows",
        "`windows` is a whole number of windows in a row, at least 1; or so many of some in a row, `3 of 5`, or \
        anywhere, `4 of all` or `5% of all`. `allow` is a whole number of windows, or a share of them, `1%`.";
    BadRange, "bad-range",
        "The range is not the lowest and the highest value, within those of the metric's unit; or `clamp` is no \
        distance from its ends. Write two numbers such as [1, 5], and a distance such as 0.02.";
    BadReason, "bad-reason",
        "The reason text has a brace that is not closed, a placeholder that does not exist, or one that has nothing \
        to say on this rule. Mend it; `{{` is a plain brace.";
    DuplicateId, "duplicate-id",
        "Two rules of a pipeline have one id, so that reports could not tell them apart. Give one of them its own \
        `id`.";
    NotAFlag, "not-a-flag",
        "`unless` names a metric that is no flag. Declare it with `unit: flag`, or name another.";
    StageWithoutGate, "stage-without-gate",
        "A stage has no gate rule, so nothing would keep it from being promoted. Give it a limit in at least one \
        rule under `gate`.";
    HalfDerived, "half-derived",
        "A metric has `of` without `to`, or `to` without `of`. A derived metric is sum(of) / sum(to) and needs \
        both.";
    CircularMetric, "circular-metric",
        "A metric is made from itself, through `of`, `to` or `samples`, and so could never be worked out. Make it \
        from measured metrics only.";
    AllowWithoutAbout, "allow-without-about",
        "`allow` silences a reviewer's question, so an `about` beside it must answer it.";
    NoStage, "no-stage",
        "Nothing says which stage the snapshot or the test is of. Add \"stage\" to it, or use --stage for a \
        snapshot.";
    AmbiguousStage, "ambiguous-stage",
        "Several pipelines have a stage of this name. Add \"pipeline\" to the snapshot or the test, or use \
        --pipeline for a snapshot.";
    Contradiction, "contradiction",
        "Two places say different things of one snapshot: a flag and the file, or the file and the table. They must \
        agree; leave one out or mend it.";
    BadTime, "bad-time",
        "This is no time that can be used. Write it as in RFC 3339, with its offset: 2026-02-20T12:00:00Z.";
    BadWindowMinutes, "bad-window-minutes",
        "\"window_minutes\" is the width of one window in minutes, a number above 0.";
    TooOld, "too-old",
        "With --max-age, a snapshot that ended too long ago (or that ends in the future) gets no verdict. Take a \
        fresh snapshot, or look at the clocks.";
    MissingMetric, "missing-metric",
        "The stage has a rule on a metric that the snapshot lacks, and nothing is promoted on what was not \
        measured. Export the metric, mend its name, or declare it `optional: true`.";
    OutOfRange, "out-of-range",
        "A value is outside what its unit can be, such as a percentage where a ratio belongs. Mend the export, or \
        the metric's `unit`.";
    NoWindowsLeft, "no-windows-left",
        "Every window of the snapshot opens before the stage was entered and warm, so that nothing is left to judge. \
        Wait, or look at `entered` and at the stage's `warmup`.";
    EmptyArray, "empty-array",
        "An array has no window in it. Write one value a window, and null where there is no data.";
    UnequalLengths, "unequal-lengths",
        "The arrays of a snapshot have different lengths, so it is unknown which values belong to one window. Give \
        every array one value a window, and null where there is none.";
    UnknownRule, "unknown-rule",
        "A test expects something of a rule that its stage does not have. Mend the id; a rule without one of its own \
        is called such as `gate.p95_ms.max`, and one of its series `gate.p95_ms.max[eu]`.";
    BadNotation, "bad-notation",
        "This is no element of a test's windows. Write a number, `_` for no data, true or false for a flag, or one \
        of these and in how many windows it stands: 240x3.";
    DuplicateTest, "duplicate-test",
        "Two tests of a suite have one name, so that reports could not tell them apart. Say what each of them shows.";
}
