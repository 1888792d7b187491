//! `rollout-gate explain`: a rule, a stage or a code in words, and how a rule judged a snapshot.

use std::path::Path;

use clap::ColorChoice;
use rollout_gate::{
    eval::table::{Pipeline, Rule, StageRules, Table},
    exit::Status,
    input::{
        did_you_mean,
        snapshot::{self, Request, StageNamedBy},
    },
    io::{
        files::Source,
        output::{complain, deliver},
        terminal::Terminal,
    },
    lint::code::Lint,
    refusal::{Code, Refusal},
    report::{
        explain::{self, judging},
        fault,
        text::TextOptions,
    },
};

use super::{find::find_pipeline, table::TableSource};
use crate::cli::ExplainArgs;

/// Explains whatever has the name; with a snapshot, how it was judged.
pub(crate) fn run(args: &ExplainArgs, color: ColorChoice) -> Status {
    let terminal = Terminal::find(color);
    let source = TableSource::find(args.gates.as_deref());
    let explained = source.read().map_err(ExplainError::from).and_then(|table| {
        let explainer = Explainer { args, table: &table, origin: source.name(), terminal };
        explainer.explain()
    });
    match explained {
        Ok(text) => deliver(text, Status::Clean),
        Err(trouble) => {
            complain(&trouble.render(terminal.error_color));
            Status::Unusable
        }
    }
}

/// Why nothing is explained.
enum ExplainError {
    /// A file was refused.
    Refused(Refusal),
    /// The command line asks for what there is not: what is wrong, and the way out.
    Asked { message: String, help: String },
}

impl From<Refusal> for ExplainError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl ExplainError {
    fn render(&self, color: bool) -> String {
        match self {
            Self::Refused(refusal) => fault::render(refusal, color),
            Self::Asked { message, help } => fault::complaint(message, help, color),
        }
    }
}

/// One thing that has the name.
enum Explainable<'t> {
    Rule(&'t Pipeline, &'t Rule),
    Stage(StageRules<'t>),
    Fault(Code),
    Lint(Lint),
}

impl Explainable<'_> {
    /// Whether it is `stage`.
    fn is_stage(&self, stage: StageRules<'_>) -> bool {
        let is_of = |pipeline: &Pipeline| pipeline.name == stage.pipeline().name;
        matches!(self, Self::Stage(own) if is_of(own.pipeline()) && own.id() == stage.id())
    }

    /// Whether it is `rule`, which is one of `stage`.
    fn is_rule(&self, rule: &Rule, stage: StageRules<'_>) -> bool {
        let is_of = |pipeline: &Pipeline| pipeline.name == stage.pipeline().name;
        matches!(self, Self::Rule(pipeline, own) if is_of(pipeline) && own.id == rule.id)
    }
}

struct Explainer<'a> {
    args: &'a ExplainArgs,
    table: &'a Table,
    origin: String,
    terminal: Terminal,
}

impl<'a> Explainer<'a> {
    fn explain(&self) -> Result<String, ExplainError> {
        let named = self.named()?;
        match &self.args.with {
            Some(path) => self.judging(&named, path),
            None => Ok(named.iter().map(|named| self.in_words(named)).collect::<Vec<_>>().join("\n")),
        }
    }

    /// Whatever has the name.
    fn named(&self) -> Result<Vec<Explainable<'a>>, ExplainError> {
        let name = self.args.name.as_str();
        let pipelines = self.pipelines()?;
        let rules = pipelines.iter().flat_map(|pipeline| {
            let rules = pipeline.rules.iter().filter(|rule| rule.id == name);
            rules.map(|rule| Explainable::Rule(pipeline, rule))
        });
        let stages = pipelines.iter().filter_map(|pipeline| pipeline.stage(name).map(Explainable::Stage));
        let faults = Code::ALL.iter().filter(|code| code.name() == name).map(|code| Explainable::Fault(*code));
        let lints = Lint::ALL.into_iter().filter(|lint| lint.name() == name).map(Explainable::Lint);
        let named: Vec<_> = rules.chain(stages).chain(faults).chain(lints).collect();
        if named.is_empty() { Err(self.unknown(&pipelines)) } else { Ok(named) }
    }

    /// Those that are looked at.
    fn pipelines(&self) -> Result<Vec<&'a Pipeline>, ExplainError> {
        match &self.args.pipeline {
            Some(name) => Ok(vec![find_pipeline(self.table, &self.origin, name)?]),
            None => Ok(self.table.pipelines.iter().collect()),
        }
    }

    fn unknown(&self, pipelines: &[&Pipeline]) -> ExplainError {
        let name = self.args.name.as_str();
        let message = format!("nothing is called {name:?}: no rule and no stage of {}, and no code", self.origin);
        let is_pipeline = self.table.pipelines.iter().any(|pipeline| pipeline.name == name);
        let on_metric = pipelines.iter().flat_map(|pipeline| {
            let is_on =
                |rule: &&Rule| rule.metrics().filter_map(|id| pipeline.metric(id)).any(|metric| metric.name == name);
            pipeline.rules.iter().filter(is_on).map(|rule| rule.id.as_str())
        });
        let on_metric: Vec<&str> = on_metric.collect();
        let help = if is_pipeline {
            format!("it is a pipeline: rollout-gate show {name}")
        } else if !on_metric.is_empty() {
            format!("it is a metric, on which there are the rules {}", on_metric.join(", "))
        } else {
            let rules = pipelines.iter().flat_map(|pipeline| pipeline.rules.iter().map(|rule| rule.id.as_str()));
            let stages = pipelines.iter().flat_map(|pipeline| pipeline.stages.iter().map(|stage| stage.name.as_str()));
            let codes = Code::ALL.iter().map(|code| code.name()).chain(Lint::ALL.map(Lint::name));
            did_you_mean(name, rules.chain(stages).chain(codes))
        };
        ExplainError::Asked { message, help }
    }

    fn in_words(&self, named: &Explainable<'_>) -> String {
        let width = self.terminal.width;
        match named {
            Explainable::Rule(pipeline, rule) => explain::rule(pipeline, rule, &self.origin, width),
            Explainable::Stage(stage) => explain::stage(*stage, &self.origin, width),
            Explainable::Fault(code) => explain::fault(*code, width),
            Explainable::Lint(lint) => explain::lint(*lint, width),
        }
    }

    /// How the named rules judged a snapshot.
    fn judging(&self, named: &[Explainable<'a>], path: &Path) -> Result<String, ExplainError> {
        let source = Source::named(path);
        let judged = snapshot::read_from(&source, self.table, &self.request())?.judge()?;
        let stage = judged.verdict.stage();
        let is_whole_stage = named.iter().any(|named| named.is_stage(stage));
        let is_named = |rule: &&Rule| is_whole_stage || named.iter().any(|named| named.is_rule(rule, stage));
        let rules: Vec<&Rule> = stage.rules().filter(is_named).collect();
        if rules.is_empty() {
            return Err(self.elsewhere(named, stage, &source));
        }
        let options = TextOptions {
            table: self.origin.clone(),
            color: self.terminal.color,
            unicode: self.terminal.unicode,
            width: self.terminal.width,
            verbose: self.args.verbose,
        };
        let text = judging::render(&judged, &rules, &source.name(), &options);
        Ok(if is_whole_stage { text + &judging::conclusion(&judged) } else { text })
    }

    fn request(&self) -> Request {
        Request {
            pipeline: self.args.pipeline.clone(),
            stage: self.args.stage.clone(),
            named_by: StageNamedBy::Flags,
            last: self.args.last,
            ..Request::default()
        }
    }

    /// What is named does not judge at the snapshot's stage.
    fn elsewhere(&self, named: &[Explainable<'_>], stage: StageRules<'_>, source: &Source) -> ExplainError {
        let (pipeline, stage) = (&stage.pipeline().name, &stage.stage().name);
        let message = format!("{} is of {pipeline} / {stage}, where {} does not judge", source.name(), self.args.name);
        let places = named.iter().flat_map(|named| match named {
            Explainable::Rule(pipeline, rule) => {
                let stages = pipeline.ladder().filter(|stage| rule.applies_at(stage.id()));
                stages.map(|stage| format!("{} / {}", pipeline.name, stage.stage().name)).collect()
            }
            Explainable::Stage(stage) => vec![format!("{} / {}", stage.pipeline().name, stage.stage().name)],
            Explainable::Fault(_) | Explainable::Lint(_) => Vec::new(),
        });
        let places: Vec<String> = places.collect();
        let help = if places.is_empty() {
            "a code judges nothing: name a rule or a stage, or leave --with out".to_owned()
        } else {
            format!("it judges at {}", places.join(", "))
        };
        ExplainError::Asked { message, help }
    }
}
