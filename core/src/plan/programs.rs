//! Programs that are missing on this machine, and that nothing in the plan could bring.
//!
//! What runs after another operation may be installed by it, so only those are looked for that wait for none.

use crate::error::{Code, Diagnostic, Subject};
use crate::operation::program::{Missing, Program};
use crate::operation::{HealthCheck, Operation, Order, PlanRequest, ProcessSpec, Programs, Work};
use std::collections::HashMap;

/// Gives each program what all of them have in common, where it says nothing of it itself.
pub(super) fn complete(request: &mut PlanRequest) {
    let Some(programs) = &request.programs else { return };
    if programs == &(Programs { required: programs.required, ..Programs::default() }) {
        return;
    }
    for operation in &mut request.operations {
        let is_task = operation.work.program().is_some() && !operation.work.facts().service;
        if is_task && operation.timeout_ms.is_none() {
            operation.timeout_ms = programs.timeout_ms;
        }
        if let Some(proxies) = operation.work.proxies_mut() {
            let named = programs.environment.iter().filter(|(name, _)| is_of_a_proxy(name));
            for (name, value) in named {
                proxies.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        let works = std::iter::once(&mut operation.work).chain(operation.compensation.as_deref_mut());
        let calls = operation.health.iter_mut().flat_map(HealthCheck::programs_mut);
        for spec in works.flat_map(Work::programs_mut).chain(calls) {
            if spec.working_directory.is_none() {
                spec.working_directory.clone_from(&programs.working_directory);
            }
            for (name, value) in &programs.environment {
                spec.environment.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
}

/// Whether a variable says through which proxy servers are reached.
fn is_of_a_proxy(name: &str) -> bool {
    ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Looks for the programs of a request and the folders they start in, each once.
pub(super) fn check(request: &PlanRequest, findings: &mut Vec<Diagnostic>) {
    if let Some(programs) = &request.programs
        && programs.required.is_some()
    {
        findings.extend(missing_programs(&request.operations, &request.order, programs));
    }
}

/// What is missing of the programs of operations and the folders they start in, each looked for once.
pub fn missing_programs(operations: &[Operation], order: &Order, programs: &Programs) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let required = programs.required == Some(true);
    // One after another, each operation has all earlier ones behind it.
    let in_turn = *order == Order::Sequential;
    let looked_at = if in_turn { 1 } else { operations.len() };
    let mut known = HashMap::new();
    for operation in operations.iter().take(looked_at).filter(|operation| waits_for_none(operation)) {
        let Some(spec) = operation.work.program() else { continue };
        let key = (&spec.command, &spec.working_directory, path_of(spec));
        let found: &Option<(Missing, Subject)> = known.entry(key).or_insert_with(|| look(spec, programs));
        if let Some((missing, subject)) = found {
            findings.push(finding(operation, missing, subject, required));
        }
    }
    findings
}

fn waits_for_none(operation: &Operation) -> bool {
    operation.dependencies.is_empty() && operation.weak_dependencies.is_empty()
}

fn path_of(spec: &ProcessSpec) -> Option<&Option<String>> {
    spec.environment.iter().find(|(name, _)| name.eq_ignore_ascii_case("PATH")).map(|(_, value)| value)
}

/// What is missing, unless it is wrong in a way that has been found already.
fn look(spec: &ProcessSpec, programs: &Programs) -> Option<(Missing, Subject)> {
    let is_readable = |text: &str| !text.trim().is_empty() && !text.contains('\0');
    let folder = spec.working_directory.as_deref();
    let is_whole = |folder: &str| is_readable(folder) && std::path::Path::new(folder).is_absolute();
    if !is_readable(&spec.command) || folder.is_some_and(|folder| !is_whole(folder)) {
        return None;
    }
    let program = Program::of(spec).inheriting(programs.environment.get("PATH"));
    let folder = program.check_folder().err().map(|missing| (missing, Subject::WorkingDirectory));
    folder.or_else(|| program.check().err().map(|missing| (missing, Subject::Program)))
}

fn finding(operation: &Operation, missing: &Missing, subject: &Subject, required: bool) -> Diagnostic {
    let message = format!("operation '{}': {}", operation.name, missing.message);
    let finding = if required {
        Diagnostic::error(Code::ProgramNotFound, message)
    } else {
        Diagnostic::warning(Code::ProgramNotFound, message)
    };
    finding
        .with_advice(&missing.advice)
        .with_subject(subject.clone())
        .with_operation(&operation.name)
        .with_place(operation.at.clone())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::error::Severity;
    use crate::operation::ProcessMode;
    use crate::plan::Plan;
    use crate::plan::tests::{process, script};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// A folder with a program, a file that is not one, and a folder.
    fn bin() -> tempfile::TempDir {
        let bin = tempfile::tempdir().unwrap();
        let file = |name: &str, mode: u32| {
            let path = bin.path().join(name);
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        file("lab-tool", 0o755);
        file("notes", 0o644);
        std::fs::create_dir(bin.path().join("folder")).unwrap();
        bin
    }

    fn program(name: &str, command: &str, after: &[&str]) -> Operation {
        let mut operation = process(name, ProcessMode::Task);
        if let Work::Process(spec) = &mut operation.work {
            spec.command = command.to_owned();
        }
        operation.dependencies = after.iter().map(|name| (*name).to_owned()).collect();
        operation
    }

    fn request(operations: Vec<Operation>, bin: &Path) -> PlanRequest {
        let path = bin.to_str().unwrap().to_owned();
        let environment = [("PATH".to_owned(), Some(path))].into();
        let programs = Some(Programs { required: Some(true), environment, ..Programs::default() });
        PlanRequest { operations, programs, ..PlanRequest::default() }
    }

    fn faults(request: PlanRequest) -> Vec<String> {
        let found = Plan::compile(request).map_or_else(|fault| fault.diagnostics, |_| Vec::new());
        assert!(found.iter().all(|finding| finding.code == Code::ProgramNotFound), "{found:?}");
        found.into_iter().map(|finding| format!("{} {}", finding.message, finding.advice.unwrap())).collect()
    }

    #[test]
    fn a_program_that_is_missing_is_a_fault_with_advice() {
        let bin = bin();
        let at = bin.path().display();
        let said = |command: &str| faults(request(vec![program("web", command, &[])], bin.path()));
        assert_eq!(said("lab-tool"), [""; 0]);
        assert_eq!(said(&format!("{at}/lab-tool")), [""; 0]);
        let looked = format!("Install it, give its path, or correct PATH. Looked in {at}.");
        assert_eq!(
            said("lab-tol"),
            [format!("Operation 'web': program 'lab-tol' was not found. Did you mean 'lab-tool'? {looked}")]
        );
        assert_eq!(
            said(&format!("{at}/lab-tol")),
            [format!(
                "Operation 'web': program '{at}/lab-tol' does not exist. Did you mean '{at}/lab-tool'?"
            )]
        );
        assert_eq!(said("folder"), [format!("Operation 'web': program 'folder' was not found. {looked}")]);
        assert_eq!(
            said(&format!("{at}/folder")),
            [format!("Operation 'web': '{at}/folder' is a folder, not a program. Name the program in it.")]
        );
        let advice = format!(
            "Make it executable (chmod +x '{at}/notes'), or start its interpreter with it as an argument."
        );
        let expected = [format!("Operation 'web': program '{at}/notes' is not executable. {advice}")];
        assert_eq!(said(&format!("{at}/notes")), expected);
        assert_eq!(said("notes"), expected);
        // Where it counts from is not known.
        assert_eq!(said("./lab-tol"), [""; 0]);
    }

    #[test]
    fn the_folder_that_it_starts_in_must_be_there_too() {
        let bin = bin();
        let mut operation = program("web", "./lab-tool", &[]);
        let starting_in = |operation: &mut Operation, folder: &Path| {
            let Work::Process(spec) = &mut operation.work else { unreachable!() };
            spec.working_directory = Some(folder.display().to_string());
        };
        starting_in(&mut operation, bin.path());
        assert_eq!(faults(request(vec![operation.clone()], bin.path())), [""; 0]);
        starting_in(&mut operation, &bin.path().join("none"));
        let [said] = &faults(request(vec![operation], bin.path()))[..] else { panic!() };
        assert!(said.contains("/none' of program './lab-tool' does not exist. Create it in"), "{said}");
    }

    #[test]
    fn what_an_earlier_operation_may_bring_is_not_looked_for() {
        let bin = bin();
        let after = vec![script("install", &[]), program("web", "lab-tol", &["install"])];
        assert_eq!(faults(request(after, bin.path())), [""; 0]);
        let mut weakly = program("web", "lab-tol", &[]);
        weakly.weak_dependencies = vec!["install".to_owned()];
        assert_eq!(faults(request(vec![script("install", &[]), weakly], bin.path())), [""; 0]);
        let beside = vec![script("install", &[]), program("web", "lab-tol", &[])];
        assert_eq!(faults(request(beside.clone(), bin.path())).len(), 1);
        let order = Order::Sequential;
        assert_eq!(faults(PlanRequest { order, ..request(beside, bin.path()) }), [""; 0]);
    }

    #[test]
    fn all_faults_come_together_and_a_plan_that_is_looked_at_has_a_warning() {
        let bin = bin();
        let two = vec![program("a", "lab-tol", &[]), program("b", "lab-tol", &[])];
        assert_eq!(faults(request(two.clone(), bin.path())).len(), 2);
        let mut looked_at = request(two.clone(), bin.path());
        looked_at.programs.as_mut().unwrap().required = Some(false);
        let plan = Plan::compile(looked_at).unwrap();
        let warnings: Vec<_> = plan.warnings().iter().map(|found| (found.code, found.severity)).collect();
        assert_eq!(warnings, [(Code::ProgramNotFound, Severity::Warning); 2]);
        let unasked = PlanRequest { programs: None, ..request(two, bin.path()) };
        assert_eq!(Plan::compile(unasked).unwrap().warnings(), []);
        let unknown = vec![program("a", "lab-tol", &[]), script("b", &["c"])];
        let fault = Plan::compile(request(unknown, bin.path())).unwrap_err();
        assert_eq!(fault.diagnostics.len(), 2);
    }
}
