//! The shape of a lab file as types: what the schema is generated from. Nothing is ever read into them.
//!
//! Long because it has every key of a lab, each with what it means.

#![allow(dead_code, reason = "only their schema is used")]

use super::values::{
    Amount, ArchiveFormat, Backoff, Data, EdgeType, Entries, FailureStrategy, Flag, IfExists, IgnoreChanges,
    Isolation, LockMode, Minutes, Mode, Names, OrchestrationMode, ParameterType, Pause, Provider, Remedy,
    Resolution, RunRemedy, Scalar, Seconds, Size, Text, Trigger, Whole,
};
use schemars::JsonSchema;

/// A lab: operations that depend on each other, and how they are run.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", title = "LabRunner lab")]
pub(super) struct Lab {
    /// The lab's name; without one the file's name is used.
    #[schemars(extend("x-aliases" = ["lab-name"]))]
    name: Option<Text>,
    /// Its version, kept as written.
    version: Option<Text>,
    /// One sentence about it.
    description: Option<Text>,
    /// The environment it is for, such as `production`, or a mapping with a `name`.
    environment: Option<Data>,
    /// Anything about the lab, for people and scripts.
    metadata: Option<Data>,
    /// How its operations are run.
    settings: Option<Settings>,
    /// Networks, regions and the like: data for the scripts.
    infrastructure: Option<Data>,
    /// The machines of the lab: a list, or a mapping by name. `for-each: nodes` repeats an operation for each.
    nodes: Option<Data>,
    /// What is done. The order is free: dependencies decide.
    operations: Option<Vec<Operation>>,
    /// What is checked after all operations: a list, or a mapping with `operations`.
    validation: Option<Stage>,
    /// What is done at the end: a list, or a mapping with `operations`.
    cleanup: Option<Stage>,
    /// Edges and conflicts between operations.
    dependencies: Option<DependenciesOrEdges>,
    /// A rollback of the whole lab: read, but not used yet.
    rollback: Option<Data>,
    /// What differs in each environment: a mapping by name, each merged over the file when it is asked for.
    environments: Option<Data>,
    /// Operations that are written once and used by `template: name`.
    templates: Option<Entries<Template>>,
    /// Files that this one builds on, relative to it; the values of this one win.
    #[schemars(extend("x-aliases" = ["includes"]))]
    include: Option<Names>,
    /// Operations that may run at the same time.
    #[schemars(extend("x-aliases" = ["max-parallelism"]))]
    max_concurrency: Option<Whole<1, 1024>>,
    /// Pools and how many units each has.
    pools: Option<Pools>,
}

/// How the operations of a lab are run.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Settings {
    /// Limit of one attempt, for operations that have none of their own.
    #[schemars(extend("x-aliases" = ["default-timeout"]))]
    timeout: Option<Minutes>,
    /// Limit of the whole run.
    run_timeout: Option<Minutes>,
    /// Operations that may run at the same time.
    #[schemars(extend("x-aliases" = ["max-parallelism", "throttle"]))]
    max_concurrency: Option<Whole<1, 1024>>,
    /// What the failure of one operation means for the others.
    failure_strategy: Option<FailureStrategy>,
    /// `true` is `failure-strategy: continue`, `false` is `failure-strategy: stop`.
    continue_on_error: Option<Flag>,
    /// Whether a failure that stops the run also stops what runs.
    cancel_running: Option<Flag>,
    /// Whether the lab is refused while another run of it is under way.
    single: Option<Flag>,
    /// Restarts of the machine that its operations may ask for, from one start to the end.
    max_restarts: Option<Whole<0, 100>>,
    /// Whether the run goes on by itself after a restart of the machine that an operation asked for.
    resume_after_restart: Option<Flag>,
    /// How operations that are ready at the same time are ranked.
    #[schemars(extend("x-aliases" = ["mode"]))]
    orchestration_mode: Option<OrchestrationMode>,
    /// Names or ids in the order of the mode `custom`.
    #[schemars(extend("x-aliases" = ["order"]))]
    custom_order: Option<Names>,
    /// How much there is of what operations need.
    resource_limits: Option<ResourceLimits>,
    /// Pools and how many units each has.
    pools: Option<Pools>,
    /// Attempts after a failed one, for operations that do not say.
    retry_count: Option<Whole<0, 1_000>>,
    /// Pause before another attempt, for operations that do not say.
    retry_delay: Option<Pause>,
    /// When failed operations are tried again, for operations that do not say.
    retry: Option<Retry>,
    /// Whether runs are watched, or what is watched of them.
    health_monitoring: Option<MonitoringOrFlag>,
    /// Read, but not used yet.
    performance_analytics: Option<Data>,
    /// How far script operations are kept apart, for those that do not say.
    isolation: Option<Isolation>,
}

/// How much there is of what operations need. What is absent is not limited.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct ResourceLimits {
    /// Memory in GB.
    #[schemars(extend("x-aliases" = ["memory-gb"]))]
    max_memory_gb: Option<Amount>,
    /// Memory in MB.
    #[schemars(extend("x-aliases" = ["memory-mb"]))]
    max_memory_mb: Option<Amount>,
    /// Memory as a size such as `16GB`; a number is bytes.
    #[schemars(extend("x-aliases" = ["memory"]))]
    max_memory: Option<Size>,
    /// Percent of all processors.
    #[schemars(extend("x-aliases" = ["cpu-percent"]))]
    max_cpu_percent: Option<Amount>,
    /// Network in Mbit/s.
    #[schemars(extend("x-aliases" = ["network-mbps"]))]
    max_network_mbps: Option<Amount>,
    /// Disk in MB/s.
    #[schemars(extend("x-aliases" = ["disk-mbps"]))]
    max_disk_mbps: Option<Amount>,
}

/// The amounts that an operation takes while it runs.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Resources {
    /// Memory in GB.
    memory_gb: Option<Amount>,
    /// Memory in MB.
    memory_mb: Option<Amount>,
    /// Memory as a size such as `512MB`; a number is bytes.
    memory: Option<Size>,
    /// Percent of all processors.
    cpu_percent: Option<Amount>,
    /// Network in Mbit/s.
    network_mbps: Option<Amount>,
    /// Disk in MB/s.
    disk_mbps: Option<Amount>,
}

/// Units by the name of a pool.
pub(super) type Pools = Entries<Whole<1, 1_000_000_000>>;

/// When a failed operation is tried again.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Retry {
    /// Attempts after the first one; 0 for none.
    count: Option<Whole<0, 1_000>>,
    /// Pause before the second attempt.
    delay: Option<Pause>,
    /// How the pause grows.
    backoff: Option<Backoff>,
    /// The longest pause.
    max_delay: Option<Pause>,
    /// Whether each pause is shortened by a random part, at most half.
    jitter: Option<Flag>,
    /// Regular expressions: only errors that match one are retried. Letter case is ignored.
    retry_on: Option<Names>,
    /// Regular expressions: errors that match one are never retried.
    stop_on: Option<Names>,
}

/// One operation. It needs a `name` or an `id`, and a `script` or a `command`, or the `template` that has them.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Operation {
    /// Unique among names and ids; letter case does not count.
    name: Option<Text>,
    /// A second name that dependencies may use.
    id: Option<Text>,
    /// Free text such as `Deploy`; only `Monitor` has a meaning of its own.
    r#type: Option<Text>,
    /// What it is for.
    description: Option<Data>,
    /// Anything about it, for people and scripts.
    metadata: Option<Data>,
    /// Words to find it by.
    tags: Option<Data>,
    /// Names or ids of operations that must have succeeded before this one starts.
    #[schemars(extend("x-aliases" = ["depends-on"]))]
    dependencies: Option<Names>,
    /// Names or ids of operations that must have ended, however, before this one starts.
    weak_dependencies: Option<Names>,
    /// The state that its dependencies must reach.
    trigger: Option<Trigger>,
    /// `false`: its failure neither stops the run nor makes it a failed one.
    critical: Option<Flag>,
    /// `true`: a resume runs it again after an interruption without asking, for running it twice does no harm.
    idempotent: Option<Flag>,
    /// From 1 (first) to 10 (last); 5 when absent.
    priority: Option<Whole<1, 10>>,
    /// Limit of one attempt.
    timeout: Option<Minutes>,
    /// Limit of the whole operation: waiting, all attempts and the pauses between them.
    total_timeout: Option<Minutes>,
    /// How long it is expected to take.
    estimate: Option<Minutes>,
    /// Attempts after a failed one.
    retry_count: Option<Whole<0, 1_000>>,
    /// Pause before another attempt.
    retry_delay: Option<Pause>,
    /// When it is tried again; instead of `retry-count` and `retry-delay`.
    retry: Option<Retry>,
    /// The amounts that it takes while it runs.
    resources: Option<Resources>,
    /// Units of pools: a name, a mapping of units by name, or a list of these.
    #[schemars(extend("x-aliases" = ["pools"]))]
    pool: Option<PoolNeeds>,
    /// Locks: a name, a mapping such as `{catalog: shared}`, or a list of these.
    #[schemars(extend("x-aliases" = ["locks"]))]
    lock: Option<LockNeeds>,
    /// What undoes it: a script by the rules of `script`, or a program.
    rollback: Option<Rollback>,
    /// A script that says whether its work is done, by the rules of `script`: it runs before the operation, with the
    /// same parameters, and the operation runs unless the last thing it gives is true.
    test: Option<Script>,
    /// Patterns of the files that it reads, relative to this file: it runs when one has changed. `!` takes files out.
    inputs: Option<Names>,
    /// Patterns of the files that it makes, relative to this file: it runs when one is missing or has changed.
    outputs: Option<Names>,
    /// What may change without it running again: `block`, `parameters`, `dependencies`, or a list of these.
    ignore_changes: Option<IgnoreChanges>,
    /// How it is checked that it is well while the run goes on: a check, or a list of checks.
    #[schemars(extend("x-aliases" = ["health-check"]))]
    health_checks: Option<HealthChecks>,
    /// Checks that are all there is to do: the operation succeeds when they pass.
    checks: Option<HealthChecks>,
    /// How far a script is kept apart from others: a warm session, one of its own, or a process of its own.
    isolation: Option<Isolation>,
    /// A condition on values of the lab; the operation is left out where it is false.
    when: Option<Condition>,
    /// Repeats the operation: a list, a range such as `1..3`, or the place of a list in the lab, such as `nodes`.
    for_each: Option<Data>,
    /// The template it is made from.
    template: Option<Text>,
    /// What the template gets.
    with: Option<Data>,
    /// A file with operations that take the place of this entry.
    include: Option<Names>,
    /// Who runs it.
    provider: Option<Provider>,
    /// A script as a block, or the path of a `.ps1` file. Never interpolated, never rendered.
    script: Option<Script>,
    /// A script, even where it looks like a path.
    script_block: Option<Script>,
    /// The path of a script file, relative to this file.
    path: Option<Script>,
    /// Values for the script's `param()`; keys keep their spelling.
    parameters: Option<Data>,
    /// A program: its name, or its path relative to this file.
    command: Option<Script>,
    /// The program's arguments, one item each. No shell splits them.
    #[schemars(extend("x-aliases" = ["args"]))]
    arguments: Option<Vec<Scalar>>,
    /// The folder the program starts in, relative to this file.
    #[schemars(extend("x-aliases" = ["cwd"]))]
    working_directory: Option<Text>,
    /// Variables for the program; null removes one.
    #[schemars(extend("x-aliases" = ["env"]))]
    environment: Option<Entries<Option<Scalar>>>,
    /// Of a program, whether it ends by itself, goes on as a service, or is a service that is stopped; of an archive,
    /// whether it is unpacked or made.
    mode: Option<Mode>,
    /// With `mode: stop`, the operation that started the service.
    service: Option<Text>,
    /// How a service shows that it is ready.
    ready: Option<Ready>,
    /// Exit codes that count as success; 0 alone when absent.
    success_codes: Option<ExitCodes>,
    /// Exit codes that count as success and ask for a restart of the machine.
    #[schemars(extend("x-aliases" = ["restart-exit-codes"]))]
    restart_codes: Option<ExitCodes>,
    /// Time between the polite stop and the kill.
    stop_grace: Option<Seconds>,
    /// `true`: it goes on when the PowerShell that runs the lab dies; otherwise it is asked to end then.
    detached: Option<Flag>,
    /// A file to download: an https, http or file URL, or a list of URLs that are tried one after another; of an
    /// http-check, the URL to ask.
    #[schemars(extend("x-aliases" = ["urls"]))]
    url: Option<Names>,
    /// The path of the downloaded file, its name included; the folder that an archive becomes, or the archive to make.
    #[schemars(extend("x-aliases" = ["destination"]))]
    target: Option<Text>,
    /// `sha256:` (or sha384, sha512) and the digits of its checksum, or the URL of a list of checksums.
    checksum: Option<Text>,
    /// Headers of the request; a value can be `secret://name`.
    headers: Option<Entries<Text>>,
    /// The largest size that the file, or the content of the archive, may have.
    max_size: Option<Size>,
    /// What is done about a target that is there already: it is kept, replaced, or makes the operation fail.
    if_exists: Option<IfExists>,
    /// The archive to unpack, or the folder or file to pack, relative to this file.
    source: Option<Text>,
    /// The format of the archive, where its name does not say it.
    format: Option<ArchiveFormat>,
    /// Leading folders that are removed from the names in the archive.
    strip_components: Option<Whole<0, 256>>,
    /// The most entries that the archive may have.
    max_entries: Option<Whole<1, 1_000_000_000>>,
    /// Of an http-check, the status that counts, or a list; those from 200 to 399 when absent.
    #[schemars(extend("x-aliases" = ["expected-status"]))]
    status: Option<Statuses>,
    /// Of an http-check, a text that the answer has in it.
    body: Option<Text>,
    /// Of an http-check, the pause between two tries.
    interval: Option<Seconds>,
    /// Of an http-check, the time within which the answer has to come.
    within: Option<Seconds>,
    /// Of an http-check: `true` takes any certificate.
    insecure: Option<Flag>,
}

/// A template: an operation, or operations with the parameters they take.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Template {
    /// With declared parameters.
    Declared(Declared),
    /// An operation; what it is given is added to its parameters.
    Operation(Box<Operation>),
}

/// A template with declared parameters.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Declared {
    /// What it is for.
    description: Option<Data>,
    /// What it takes: a mapping with `type`, `default` and `required`, a default alone, or nothing.
    parameters: Option<Entries<ParameterOrDefault>>,
    /// The operation. `{{ name }}` stands for a parameter, `{0}` in its name for the first one.
    operation: Option<Box<Operation>>,
    /// The operations, where there are several.
    operations: Option<Vec<Operation>>,
}

/// A parameter of a template, or its default.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum ParameterOrDefault {
    /// More than a default.
    Parameter(Parameter),
    /// A default; without a value the parameter is required.
    Default(Option<Scalar>),
    /// A default that is a list.
    List(Vec<Data>),
}

/// A parameter of a template.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Parameter {
    /// What it takes.
    r#type: Option<ParameterType>,
    /// What it is when it is not given.
    default: Option<Data>,
    /// Whether it has to be given; a parameter without a default has to.
    required: Option<Flag>,
    /// What it is for.
    description: Option<Data>,
}

/// A program that undoes an operation.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Program {
    /// Who runs it.
    provider: Option<Provider>,
    /// A program: its name, or its path relative to this file.
    command: Option<Script>,
    /// The program's arguments, one item each. No shell splits them.
    #[schemars(extend("x-aliases" = ["args"]))]
    arguments: Option<Vec<Scalar>>,
    /// The folder the program starts in, relative to this file.
    #[schemars(extend("x-aliases" = ["cwd"]))]
    working_directory: Option<Text>,
    /// Variables for the program; null removes one.
    #[schemars(extend("x-aliases" = ["env"]))]
    environment: Option<Entries<Option<Scalar>>>,
    /// Exit codes that count as success; 0 alone when absent.
    success_codes: Option<ExitCodes>,
    /// Exit codes that count as success and mean that the machine is to be restarted.
    #[schemars(extend("x-aliases" = ["restart-exit-codes"]))]
    restart_codes: Option<ExitCodes>,
    /// Time between the polite stop and the kill.
    stop_grace: Option<Seconds>,
    /// `true`: it goes on when the PowerShell that runs the lab dies; otherwise it is asked to end then.
    detached: Option<Flag>,
}

/// How a service shows that it is ready: `tcp` or `http`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Ready {
    /// An address that accepts connections, as `host:port`; a port alone is one of this machine.
    tcp: Option<Text>,
    /// An http or https URL that answers with a status from 200 to 399.
    http: Option<Text>,
    /// Pause between two tries.
    interval: Option<Seconds>,
    /// Limit for becoming ready.
    timeout: Option<Seconds>,
    /// `true`: an https URL may have a certificate that the system does not trust.
    insecure: Option<Flag>,
}

/// Checks.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum HealthChecks {
    /// Several.
    List(Vec<HealthCheckOrAddress>),
    /// One.
    One(HealthCheckOrAddress),
}

/// A check.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum HealthCheckOrAddress {
    /// A URL, or `host:port`.
    Address(Text),
    /// More than an address.
    Check(Box<HealthCheck>),
}

/// A check: one of `http`, `tcp`, `ping`, `dns`, `command` and `script`, or a `type` and its `target`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct HealthCheck {
    /// What it is called.
    name: Option<Text>,
    /// With `target`: `network-connectivity`, `dns-resolution`, `http`, `tcp` or the like.
    r#type: Option<Text>,
    /// What the type is asked of: a machine, a name, a URL or an address.
    target: Option<Text>,
    /// A URL that must be answered as expected.
    #[schemars(extend("x-aliases" = ["url", "endpoint"]))]
    http: Option<Text>,
    /// The status that counts, or a list; those from 200 to 399 when absent.
    #[schemars(extend("x-aliases" = ["expected-status"]))]
    status: Option<Statuses>,
    /// A text that the answer to `http` has in it.
    body: Option<Text>,
    /// `true`: an https URL may have a certificate that the system does not trust.
    insecure: Option<Flag>,
    /// An address that accepts connections, as `host:port`; a port alone is one of this machine.
    tcp: Option<Text>,
    /// A port that accepts connections, of `host` or of this machine.
    port: Option<Text>,
    /// The machine of `port`.
    host: Option<Text>,
    /// A machine that can be reached.
    ping: Option<Text>,
    /// A name that stands for an address.
    dns: Option<Text>,
    /// A program that ends with a good exit code: its name, or its path relative to this file.
    command: Option<Script>,
    /// The program's arguments, one item each. No shell splits them.
    #[schemars(extend("x-aliases" = ["args"]))]
    arguments: Option<Vec<Scalar>>,
    /// The folder the program starts in, relative to this file.
    #[schemars(extend("x-aliases" = ["cwd"]))]
    working_directory: Option<Text>,
    /// Variables for the program; null removes one.
    #[schemars(extend("x-aliases" = ["env"]))]
    environment: Option<Entries<Option<Scalar>>>,
    /// Exit codes that count as success; 0 alone when absent.
    success_codes: Option<ExitCodes>,
    /// A script that does not throw, and does not give `$false`; it runs in a PowerShell of its own.
    script: Option<Script>,
    /// A script, even where it looks like a path.
    script_block: Option<Script>,
    /// The path of a script file, relative to this file.
    path: Option<Script>,
    /// Pause between two tries; 30 s when absent.
    #[schemars(extend("x-aliases" = ["check-interval"]))]
    interval: Option<Seconds>,
    /// Limit of one try; 10 s when absent.
    timeout: Option<Seconds>,
    /// Failures in a row that make it unhealthy; 3 when absent.
    retries: Option<Whole<1, 1_000>>,
    /// Time from its beginning in which failures do not count.
    start_period: Option<Pause>,
    /// Time that it may be unhealthy before anything is done.
    grace: Option<Pause>,
    /// What is done then: a service is restarted, of anything else it is made known, unless it says so.
    on_failure: Option<Remedy>,
    /// How often something is restarted or run again before it fails; 3 when absent.
    budget: Option<Whole<0, 1_000>>,
    /// A script or a program that runs when it becomes unhealthy, or healthy again.
    notify: Option<Rollback>,
    /// What it is for.
    description: Option<Data>,
    /// Anything about it, for people and scripts.
    metadata: Option<Data>,
    /// Read, but not used yet.
    allowed_ports: Option<Data>,
}

/// Statuses of HTTP.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Statuses {
    /// One.
    One(Whole<100, 599>),
    /// Several.
    Several(Vec<Whole<100, 599>>),
}

/// Whether runs are watched, and what of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum MonitoringOrFlag {
    /// With everything at its default, or not at all.
    Flag(Flag),
    /// What is watched.
    Monitoring(Monitoring),
}

/// What is watched of a run as a whole.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Monitoring {
    /// `false`: nothing is watched.
    enabled: Option<Flag>,
    /// The most percent of all processors that may be in use; not watched when absent.
    #[schemars(extend("x-aliases" = ["cpu-percent"]))]
    processors: Option<Whole<1, 100>>,
    /// The most percent of the memory that may be in use; 95 when absent.
    #[schemars(extend("x-aliases" = ["memory-percent"]))]
    memory: Option<Whole<1, 100>>,
    /// The most percent that may be in use of the disk with the records of runs; 95 when absent.
    #[schemars(extend("x-aliases" = ["disk-percent"]))]
    disk: Option<Whole<1, 100>>,
    /// Time within which an operation must end; 30 minutes when absent.
    no_progress: Option<Minutes>,
    /// Time that a threshold must be passed before that counts; 30 s when absent.
    r#for: Option<Pause>,
    /// `notify`, or `fail`, which stops the run.
    on_failure: Option<RunRemedy>,
    /// A script or a program that runs when something becomes unhealthy, or healthy again.
    notify: Option<Rollback>,
}

/// Validation or clean-up.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Stage {
    /// The operations themselves.
    List(Vec<Operation>),
    /// The operations and how they are run.
    Section(Section),
}

/// Operations of validation or clean-up.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Section {
    /// The operations.
    operations: Option<Vec<Operation>>,
    /// `false`: they are not run.
    automatic: Option<Flag>,
    /// Read, but not used yet.
    retain_logs: Option<Data>,
    /// Read, but not used yet.
    retain_backups: Option<Data>,
    /// Read, but not used yet.
    checks: Option<Data>,
}

/// Edges between operations, or edges and conflicts.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum DependenciesOrEdges {
    /// Edges alone.
    Edges(Vec<Edge>),
    /// Edges and conflicts.
    Dependencies(Dependencies),
}

/// Edges and conflicts between operations.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Dependencies {
    /// Edges: each target waits for its source.
    explicit: Option<Vec<Edge>>,
    /// Operations that never run at the same time.
    resource_conflicts: Option<Vec<Conflict>>,
}

/// An edge: the target waits for the source.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Edge {
    /// Name or id of the operation that comes first.
    source: Option<Text>,
    /// Name or id of the operation that waits.
    target: Option<Text>,
    /// `strong`: the source has to succeed. `weak`: it only has to have ended.
    r#type: Option<EdgeType>,
    /// Why.
    reason: Option<Data>,
    /// Why, in other words.
    description: Option<Data>,
}

/// Operations that never run at the same time.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct Conflict {
    /// Names or ids.
    operations: Option<Vec<Text>>,
    /// How it is resolved.
    resolution: Option<Resolution>,
    /// Why.
    reason: Option<Data>,
    /// Why, in other words.
    description: Option<Data>,
}

/// A script or a program.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Rollback {
    /// A script by the rules of `script`; it gets the operation's parameters.
    Script(Script),
    /// A program that ends.
    Program(Program),
}

/// Units of pools.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum PoolNeeds {
    /// One unit of each.
    Names(Names),
    /// Units by name.
    Units(Pools),
    /// Both.
    List(Vec<PoolNeed>),
}

/// One item of a list of pools.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum PoolNeed {
    /// One unit.
    Name(Text),
    /// Units by name.
    Units(Pools),
}

/// Locks.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum LockNeeds {
    /// Held alone.
    Names(Names),
    /// How each is held.
    Modes(Entries<LockMode>),
    /// Both.
    List(Vec<LockNeed>),
}

/// One item of a list of locks.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum LockNeed {
    /// Held alone.
    Name(Text),
    /// How each is held.
    Modes(Entries<LockMode>),
}

/// Exit codes.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum ExitCodes {
    /// One.
    One(i32),
    /// Several.
    Several(Vec<i32>),
}

/// A condition: an expression on values of the lab, or its outcome.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Condition {
    /// An expression, such as `environment == 'production'`.
    Expression(String),
    /// Its outcome.
    Outcome(bool),
}

/// Text that is taken as it stands.
pub(super) type Script = String;
