//! What a test says should come out.

use super::maps::ExpectMap;
use crate::{
    eval::{
        table::{Kind, Rule, StageRules},
        verdict::State,
    },
    input::{
        document::Path,
        form::{Read, is_free, open, unknown_key},
        values::{Word, at, wrong},
        yaml::{Key, Node, Yaml},
    },
    refusal::{Code, Fault, Faults},
    suite::{Expected, ExpectedState, named_rule},
};

/// What should come out of a test that one of `stages` judges.
pub(super) fn expected(
    node: &Node<'_>,
    stages: &[StageRules<'_>],
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Expected> {
    let map = open::<ExpectMap<'_>>(node, path, faults)?;
    if matches!(&node.content, Yaml::Map(entries) if entries.iter().all(|(key, _)| is_free(&key.text))) {
        let fault = at(Code::EmptyMap, node, "this test expects nothing").path(path);
        faults.push(fault.help("say what should come out, such as `decision: hold`"));
    }
    Some(Expected {
        decision: map.decision.read(path, faults),
        gate_passed: map.gate_passed.read(path, faults),
        rollback_triggered: map.rollback_triggered.read(path, faults),
        reasons: map.reasons.read(path, faults),
        gate_fail_reasons: map.gate_fail_reasons.read(path, faults),
        rollback_reasons: map.rollback_reasons.read(path, faults),
        warnings: map.warnings.read(path, faults),
        states: map
            .states
            .with(path, faults, |node, path, faults| states(node, stages, path, faults))
            .unwrap_or_default(),
    })
}

/// How rules are expected to come out. `stages` are those that may judge.
fn states(
    node: &Node<'_>,
    stages: &[StageRules<'_>],
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Vec<ExpectedState>> {
    let Yaml::Map(map) = &node.content else {
        let fault = wrong(node, "states are a map from rule to state", path);
        faults.push(fault.help("write each as `gate.p95_ms.max: pass`"));
        return None;
    };
    let named: Vec<&(Key<'_>, Node<'_>)> = map.iter().filter(|(key, _)| !is_free(&key.text)).collect();
    if named.is_empty() {
        let fault = at(Code::EmptyMap, node, "no states here").path(path);
        faults.push(fault.help("write at least one, such as `gate.p95_ms.max: pass`"));
    }
    let state = |(key, node): &(Key<'_>, Node<'_>)| {
        let state = Word::<State>::read(node, &path.key(&key.text), faults);
        if let (Some(rule), Some(state)) = (rule(key, stages, path, faults), state)
            && !state.is_of(rule.kind)
        {
            faults.push(of_the_other_kind(node, state, rule.kind).path(path.key(&key.text)));
        }
        Some(ExpectedState { check: key.text.to_string(), state: state? })
    };
    Some(named.into_iter().filter_map(state).collect())
}

fn of_the_other_kind(node: &Node<'_>, state: State, kind: Kind) -> Fault {
    let possible: Vec<_> = State::ALL.into_iter().filter(|state| state.is_of(kind)).map(State::name).collect();
    let kind = kind.name();
    let fault = at(Code::UnknownWord, node, format!("a {kind} rule cannot be `{}`", state.name()));
    fault.help(format!("a {kind} rule is one of {}", possible.join(", ")))
}

/// The rule that a key of `states` names, at the first of `stages` that has it; a fault where none has.
fn rule<'t>(key: &Key<'_>, stages: &[StageRules<'t>], path: &Path<'_>, faults: &mut Faults) -> Option<&'t Rule> {
    let found = stages.iter().find_map(|stage| named_rule(*stage, &key.text));
    if found.is_none() && !stages.is_empty() {
        faults.push_with(|| unknown_rule(key, stages, path));
    }
    found.map(|(rule, _)| rule)
}

fn unknown_rule(key: &Key<'_>, stages: &[StageRules<'_>], path: &Path<'_>) -> Fault {
    let message = match stages {
        [stage] => format!("stage `{}` has no rule `{}`", stage.stage().name, key.text),
        _ => format!("no stage has a rule `{}`", key.text),
    };
    let is_elsewhere = |stage: &StageRules<'_>| stage.pipeline().rules.iter().any(|rule| rule.id == key.text);
    if stages.iter().any(is_elsewhere) {
        let fault = Fault::new(Code::UnknownRule, message).at(key.span.clone()).path(path.key(&key.text));
        return fault.help("it has no limit at this stage: leave it out, or name another stage");
    }
    let known: Vec<&str> = stages.iter().flat_map(StageRules::rules).map(|rule| rule.id.as_str()).collect();
    unknown_key(Code::UnknownRule, message, key, known, path)
}
