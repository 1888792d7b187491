//! The reference in README.md: where it stands, and that it has everything that is there and nothing else.

use std::collections::BTreeSet;

use regex_lite::Regex;
use rollout_gate::{
    eval::{aggregate::Aggregate, comparator::Comparator, template::Placeholder, unit::Unit},
    exit::Exit,
    lint::code::Lint,
    report::format::FORMATS,
};

use super::{
    claims::Known,
    document::{Cell, Section},
    program::{Names, Program},
    variables::VARIABLES,
};

/// What is there and is not told of where it belongs in `sections`, which are those of README.md; and what is told of there only.
pub(crate) fn gaps(sections: &[Section], known: &Known) -> Vec<String> {
    let reader = Reader { sections, gaps: Vec::new() };
    reader.commands(&known.program).flags(&known.program).exits(&known.program).keys(&known.program).words(known).gaps
}

/// Where the flags of a command stand.
const FLAGS: [(&str, &[&str]); 5] = [
    ("check", &["All flags of check", "Reports"]),
    ("lint", &["All flags of lint"]),
    ("show", &["All flags of show and explain"]),
    ("explain", &["All flags of show and explain"]),
    ("test", &["Which tests are run"]),
];

/// Where the exit codes of a command stand.
const EXITS: [(&str, &str, usize); 3] =
    [("check", "In scripts and CI", 4), ("lint", "Lint the table", 3), ("test", "Which tests are run", 3)];

/// Where the keys of documents stand: those of all these maps, and in the first columns of the section's tables no others.
const KEYS: [(&str, &[&str]); 10] = [
    ("Reference: the snapshot", &["snapshot"]),
    ("Reference: gates.yaml", &["gates", "gates.Pipeline"]),
    ("Metrics", &["gates.Metric", "gates.Samples"]),
    ("Stages", &["gates.Stage"]),
    ("Rules", &["gates.GateRule", "gates.RollbackRule", "gates.Condition"]),
    ("A test", &["tests", "tests.Test", "tests.Expect"]),
    (
        "Which tests are run",
        &[
            "test-report",
            "test-report.Test",
            "test-report.Difference",
            "test-report.Coverage",
            "test-report.Rule",
            "test-report.Uncovered",
        ],
    ),
    (
        "The JSON document",
        &["report", "report.Check", "report.Worst", "report.Windows", "report.Error", "report.Fault"],
    ),
    ("All flags of lint", &["lint-report", "lint-report.Finding"]),
    ("The document of show --format json", &["show"]),
];

struct Reader<'a> {
    sections: &'a [Section],
    gaps: Vec<String>,
}

/// What code stands for: `--stage` of `--stage NAME`, `windows` of `windows: 2`, `pass` of `"pass"`.
fn name_of(span: &str) -> &str {
    span.split([' ', '=']).next().unwrap_or_default().trim_end_matches(':').trim_matches('"')
}

fn names_of(cells: &[Cell]) -> BTreeSet<&str> {
    cells.iter().flat_map(|cell| &cell.spans).map(|span| name_of(span)).collect()
}

impl Reader<'_> {
    fn section(&mut self, heading: &str) -> Section {
        let section = self.sections.iter().find(|section| section.heading == heading);
        if section.is_none() {
            self.gaps.push(format!("there is no section {heading:?}"));
        }
        section.cloned().unwrap_or_default()
    }

    /// The rows of the tables of a section whose heads begin so, without the heads.
    fn rows(&mut self, heading: &str, head: &str) -> Vec<Vec<Cell>> {
        let tables = self.section(heading).tables.into_iter();
        let tables = tables.filter(|table| table[0][0].text.starts_with(head));
        tables.flat_map(|table| table.into_iter().skip(1)).collect()
    }

    fn compare(&mut self, what: &str, told: &BTreeSet<&str>, there: &BTreeSet<&str>) {
        for name in there.difference(told) {
            self.gaps.push(format!("{what}: {name} is not told of"));
        }
        for name in told.difference(there) {
            self.gaps.push(format!("{what}: there is no {name}"));
        }
    }

    fn commands(mut self, program: &Program) -> Self {
        let rows = self.rows("", "command");
        let first: Vec<Cell> = rows.into_iter().map(|row| row[0].clone()).collect();
        let there = program.commands.keys().map(String::as_str).filter(|name| !name.is_empty()).collect();
        self.compare("commands", &names_of(&first), &there);
        self
    }

    fn flags(mut self, program: &Program) -> Self {
        let common: BTreeSet<&str> = program.commands[""].flags.iter().map(String::as_str).collect();
        for (name, headings) in FLAGS {
            let command = &program.commands[name];
            let rows: Vec<_> = headings.iter().flat_map(|heading| self.rows(heading, "flag")).collect();
            // Of a table of two commands, the rows that are of this one.
            let is_of_it = |row: &&Vec<Cell>| row.len() < 3 || row[1].text == name || row[1].text == "both";
            let rows: Vec<_> = rows.iter().filter(is_of_it).collect();
            let told: Vec<Cell> = rows.iter().map(|row| row[0].clone()).collect();
            let told = names_of(&told);
            if name == "check" {
                self.compare("flags of all commands", &(&told & &common), &common);
            }
            let there = command.flags.iter().map(String::as_str).collect();
            self.compare(&format!("flags of {name}"), &(&told - &common), &(&there - &common));
            for row in rows {
                let Some(words) = row[0].spans.iter().find_map(|flag| command.words.get(name_of(flag))) else {
                    continue;
                };
                let last = names_of(&row[row.len() - 1..]);
                // In capitals are variables.
                let last = last.into_iter().filter(|word| word.chars().all(|c| c.is_ascii_lowercase())).collect();
                let is_told_elsewhere = row[row.len() - 1].text.starts_with("as with ");
                if !is_told_elsewhere {
                    self.compare(&row[0].text, &last, &words.iter().map(String::as_str).collect());
                }
            }
        }
        let all: BTreeSet<&str> = self.sections.iter().flat_map(|section| &section.spans).map(|s| name_of(s)).collect();
        for (name, command) in &program.commands {
            for flag in command.flags.iter().filter(|flag| !all.contains(flag.as_str())) {
                self.gaps.push(format!("flags of {name}: {flag} is not told of"));
            }
        }
        self
    }

    fn exits(mut self, program: &Program) -> Self {
        let code = Regex::new("(?m)^  ([0-9])  ").unwrap();
        for (name, heading, count) in EXITS {
            let rows = self.rows(heading, "exit code");
            let told = rows.iter().map(|row| row[0].text.as_str()).collect();
            let help = &program.commands[name].help;
            let help = help.split_once("\nExit codes:\n").unwrap().1;
            let there: BTreeSet<&str> = code.captures_iter(help).map(|found| found.get(1).unwrap().as_str()).collect();
            assert_eq!(there.len(), count, "{name}");
            self.compare(&format!("exit codes of {name}"), &told, &there);
        }
        let rows = self.rows("In scripts and CI", "exit code");
        let told: Vec<_> = rows.iter().map(|row| (row[0].text.as_str(), row[1].text.as_str())).collect();
        let exits = [Exit::Promote, Exit::Hold, Exit::NoVerdict, Exit::Rollback];
        let there = exits.map(|exit| ((exit as u8).to_string(), exit.word()));
        if !told.iter().copied().eq(there.iter().map(|(code, word)| (code.as_str(), *word))) {
            self.gaps.push(format!("exit codes: {told:?} are {there:?}"));
        }
        self
    }

    fn keys(mut self, program: &Program) -> Self {
        let key = Regex::new("([a-z_]+):").unwrap();
        let told = KEYS.map(|(_, maps)| maps).concat();
        let is_told = |keys: &Names| told.iter().any(|map| program.keys[*map] == *keys);
        let untold = program.keys.iter().filter(|(_, keys)| !is_told(keys));
        self.gaps.extend(untold.map(|(map, keys)| format!("{map} is told of nowhere: {keys:?}")));
        for (heading, maps) in KEYS {
            let there: BTreeSet<&str> = maps.iter().flat_map(|map| &program.keys[*map]).map(String::as_str).collect();
            let section = self.section(heading);
            // In code, keys of a map within: `samples: { metric: requests, min: 100 }`.
            let inner = |span| key.captures_iter(span).map(|found| found.get(1).unwrap().as_str());
            let spans: BTreeSet<&str> =
                section.spans.iter().flat_map(|span| inner(span).chain([name_of(span)])).collect();
            let rows = self.rows(heading, "key");
            let first: Vec<Cell> = rows.into_iter().map(|row| row[0].clone()).collect();
            let first = names_of(&first);
            // What is first in a row is a key; a key may also stand elsewhere in the section.
            let named = first.union(&there.intersection(&spans).copied().collect()).copied().collect();
            self.compare(&format!("keys under {heading:?}"), &named, &there);
        }
        self
    }

    fn words(mut self, known: &Known) -> Self {
        let sections = self.sections;
        let spans = || sections.iter().flat_map(|section| &section.spans).map(String::as_str);
        let mut all: BTreeSet<&str> = spans().map(name_of).collect();
        // `schema gates`, with or without the name of the program.
        all.extend(spans().map(|span| span.strip_prefix("rollout-gate ").unwrap_or(span)));
        let program = &known.program;
        // The table of lints has all of them; those of errors are what `explain` is for.
        let words = program.words.iter().filter(|word| !program.codes.contains(*word)).map(String::as_str);
        let words = words.chain(VARIABLES.iter().map(|variable| variable.name));
        let schemas: Vec<String> =
            program.commands["schema"].words["<DOCUMENT>"].iter().map(|name| format!("schema {name}")).collect();
        let pipelines = known.pipelines.iter().map(String::as_str);
        let missing: Vec<&str> = words
            .chain(pipelines)
            .chain(schemas.iter().map(String::as_str))
            .filter(|word| !all.contains(word))
            .collect();
        self.gaps.extend(missing.into_iter().map(|word| format!("{word} is not told of")));
        let mut lists = vec![
            ("A rollback, and how to read it", "state", program.states.iter().map(String::clone).collect()),
            ("All lints", "code", Lint::ALL.map(|lint| lint.name().to_owned()).to_vec()),
            ("Reasons", "placeholder", Placeholder::ALL.map(|(name, _)| format!("{{{name}}}")).to_vec()),
            ("Rules", "comparator", Comparator::ALL.map(|comparator| comparator.name().to_owned()).to_vec()),
            ("Rules", "aggregate", Aggregate::ALL.map(|aggregate| aggregate.name().to_owned()).to_vec()),
            ("Metrics", "unit", Unit::ALL.map(|unit| unit.name().to_owned()).to_vec()),
            ("Install", "feature", known.features.clone()),
        ];
        for (heading, head, there) in &mut lists {
            let first: Vec<Cell> = self.rows(heading, head).into_iter().map(|row| row[0].clone()).collect();
            // Words of a state have a space between them.
            let told = first.iter().flat_map(|cell| &cell.spans).map(String::as_str).collect();
            self.compare(heading, &told, &there.iter().map(String::as_str).collect());
        }
        let reports = self.rows("Reports", "flag");
        let files = reports.iter().filter(|row| row[0].text.starts_with("--report-")).count();
        let there = FORMATS.iter().filter(|format| format.is_file).count();
        if files != there {
            self.gaps.push(format!("{files} flags of reports, of which there are {there}"));
        }
        self
    }
}
