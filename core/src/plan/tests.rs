//! What a plan refuses, and what it makes of what it takes.

use super::*;
use crate::error::Code;
use crate::operation::{Probe, ProbeCheck, ProcessMode, ProcessSpec, Work};
use proptest::prelude::*;
use std::collections::BTreeSet;

pub(crate) fn script(name: &str, dependencies: &[&str]) -> Operation {
    Operation {
        name: name.to_owned(),
        dependencies: dependencies.iter().map(|&d| d.to_owned()).collect(),
        ..Operation::default()
    }
}

pub(crate) fn process(name: &str, mode: ProcessMode) -> Operation {
    let ready = (mode == ProcessMode::Service).then(|| Probe {
        check: ProbeCheck::Tcp("127.0.0.1:1".to_owned()),
        interval_ms: 10,
        insecure: false,
        timeout_ms: 1_000,
    });
    let spec = ProcessSpec {
        command: "prog".to_owned(),
        arguments: vec![],
        working_directory: None,
        environment: Default::default(),
        mode,
        success_codes: vec![],
        restart_codes: vec![],
        ready,
        stop_grace_ms: None,
        detached: false,
    };
    Operation { work: Work::Process(Box::new(spec)), ..script(name, &[]) }
}

pub(crate) fn plan(operations: Vec<Operation>) -> Plan {
    Plan::compile(PlanRequest { operations, ..PlanRequest::default() }).unwrap()
}

fn fault(operations: Vec<Operation>) -> Fault {
    Plan::compile(PlanRequest { operations, ..PlanRequest::default() }).unwrap_err()
}

#[test]
fn an_empty_plan_is_refused() {
    assert_eq!(fault(vec![]).code, Code::EmptyPlan);
}

#[test]
fn all_findings_come_together() {
    let mut odd = script("b", &["nope"]);
    odd.priority = Some(11);
    let fault = fault(vec![script("a", &["a"]), odd, script("A", &[]), script(" ", &[])]);
    let codes: Vec<Code> = fault.diagnostics.iter().map(|d| d.code).collect();
    for code in [
        Code::SelfDependency,
        Code::UnknownDependency,
        Code::InvalidValue,
        Code::DuplicateName,
        Code::MissingName,
    ] {
        assert!(codes.contains(&code), "{code:?} is missing in {codes:?}");
    }
}

#[test]
fn a_name_with_control_characters_is_refused_and_shown_escaped() {
    for (name, shown) in [
        ("a\n::error::forged", "a\\n::error::forged"),
        ("\u{1b}[2Ja", "\\u{1b}[2Ja"),
        ("a\tb", "a\\tb"),
        ("a\u{85}b", "a\\u{85}b"),
    ] {
        let fault = fault(vec![script(name, &[])]);
        assert_eq!(fault.code, Code::InvalidName);
        assert_eq!(fault.message, format!("Operation '{shown}' has a control character in its name."));
        assert_eq!(fault.target.as_deref(), Some(shown));
    }
    Plan::compile(PlanRequest {
        operations: vec![script("Größe 名 🚀 'x'", &[])], ..PlanRequest::default()
    })
    .unwrap();
}

#[test]
fn a_misspelt_dependency_gets_a_suggestion() {
    let fault = fault(vec![script("Deploy-Database", &[]), script("Web", &["Deploy-Databse"])]);
    assert_eq!(fault.code, Code::UnknownDependency);
    assert_eq!(fault.advice.as_deref(), Some("Did you mean 'Deploy-Database'?"));
    assert_eq!(fault.target.as_deref(), Some("Web"));
}

#[test]
fn a_cycle_is_shown_as_a_path_of_names() {
    let fault = fault(vec![script("a", &["c"]), script("b", &["a"]), script("c", &["b"])]);
    assert_eq!(fault.code, Code::CyclicDependency);
    assert!(fault.message.ends_with("a -> c -> b -> a."), "{}", fault.message);
}

#[test]
fn a_dependency_may_name_an_id_in_any_case() {
    let mut database = script("Deploy-Database", &[]);
    database.id = Some("db".to_owned());
    let plan = plan(vec![script("web", &["DB"]), database]);
    assert_eq!(plan.graph().dependencies.of(OpId(0)), &[OpId(1)]);
}

#[test]
fn a_service_needs_a_probe_and_a_stop_needs_a_service() {
    let mut service = process("web", ProcessMode::Service);
    if let Work::Process(spec) = &mut service.work {
        spec.ready = None;
    }
    let stop = Operation { work: Work::Stop { service: "wbe".to_owned() }, ..script("stop", &[]) };
    let fault = fault(vec![service, stop]);
    let codes: Vec<Code> = fault.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::InvalidValue, Code::UnknownService]);
    assert_eq!(fault.diagnostics[1].advice.as_deref(), Some("Did you mean 'web'?"));
}

#[test]
fn a_stop_waits_for_its_service() {
    let stop = Operation { work: Work::Stop { service: "web".to_owned() }, ..script("stop", &[]) };
    let plan = plan(vec![stop, process("web", ProcessMode::Service)]);
    assert_eq!(plan.stops(OpId(0)), Some(OpId(1)));
    assert_eq!(plan.graph().dependencies.of(OpId(0)), &[OpId(1)]);
}

#[test]
fn nothing_may_depend_on_a_monitor() {
    let monitor = Operation { kind: Some("monitor".to_owned()), ..script("watch", &[]) };
    assert_eq!(fault(vec![monitor, script("a", &["watch"])]).code, Code::DependsOnMonitor);
}

#[test]
fn the_orders_differ() {
    let operations = || {
        let mut urgent = script("urgent", &[]);
        urgent.priority = Some(1);
        vec![script("short", &[]), script("long", &[]), script("after-long", &["long"]), urgent]
    };
    let names = |order: Order| {
        let plan =
            Plan::compile(PlanRequest { operations: operations(), order, ..PlanRequest::default() }).unwrap();
        plan.predicted_order().join(" ")
    };
    assert_eq!(names(Order::Sequential), "short long after-long urgent");
    assert_eq!(names(Order::Parallel), "urgent short long after-long");
    assert_eq!(names(Order::Intelligent), "urgent long short after-long");
    let custom = Order::Custom { names: vec!["long".to_owned(), "AFTER-LONG".to_owned()] };
    assert_eq!(names(custom), "long after-long short urgent");
}

#[test]
fn a_custom_order_names_only_what_exists() {
    let order = Order::Custom { names: vec!["ghost".to_owned()] };
    let request = PlanRequest { operations: vec![script("a", &[])], order, ..PlanRequest::default() };
    assert_eq!(Plan::compile(request).unwrap_err().code, Code::UnknownInOrder);
}

#[test]
fn the_description_shows_levels_and_the_critical_path() {
    let plan = plan(vec![script("a", &[]), script("b", &["a"]), script("c", &["b"]), script("d", &["a"])]);
    let description = plan.describe();
    assert_eq!(description.levels, vec![vec!["a"], vec!["b", "d"], vec!["c"]]);
    assert_eq!(description.critical_path, ["a", "b", "c"]);
    assert_eq!(description.operations[0].remaining, 3);
}

proptest! {
    /// Against maps of lower-case names, written down as simply as can be.
    #[test]
    fn edges_are_those_that_names_and_ids_say(
        ids in proptest::collection::vec(proptest::option::of(any::<bool>()), 1..24),
        strong in proptest::collection::vec(proptest::collection::vec(0usize..24, 0..5), 24),
        weak in proptest::collection::vec(proptest::collection::vec(0usize..24, 0..4), 24),
        by_id in any::<bool>(),
    ) {
        let name = |at: usize| format!("Operation{at}{}", "x".repeat(at));
        // A dependency is written by name or by id, in letters of another case.
        let written = |at: usize| match ids[at] {
            Some(upper) if by_id && upper => format!("ID{at}"),
            Some(_) if by_id => format!("id{at}"),
            _ => name(at).to_uppercase(),
        };
        let targets = |of: usize, list: &[usize]| -> Vec<String> {
            list.iter().filter(|&&to| to < of).map(|&to| written(to)).collect()
        };
        let operations: Vec<Operation> = (0..ids.len())
            .map(|at| Operation {
                name: name(at),
                id: ids[at].map(|_| format!("Id{at}")),
                dependencies: targets(at, &strong[at]),
                weak_dependencies: targets(at, &weak[at]),
                ..Operation::default()
            })
            .collect();
        let plan = plan(operations);
        for op in plan.ids() {
            let earlier = |list: &[usize]| -> BTreeSet<OpId> {
                list.iter().filter(|&&to| to < op.index()).map(|&to| OpId(to as u32)).collect()
            };
            let (strong, weak) = (earlier(&strong[op.index()]), earlier(&weak[op.index()]));
            let all: Vec<OpId> = strong.union(&weak).copied().collect();
            prop_assert_eq!(plan.graph().dependencies.of(op), all.as_slice());
            for on in all {
                prop_assert_eq!(plan.is_weak(on, op), !strong.contains(&on), "declared both ways is strong");
            }
        }
    }
}
