using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Runs;

namespace LabRunner.Errors;

/// <summary>Every error the managed side gives, in one place: id, category, sentence, advice.</summary>
internal static class LabRunnerError
{
    // Ids of findings about the input. Where the core has the same finding, the id is the same.
    internal const string InvalidLab = "LabRunner.InvalidLab";
    internal const string UnknownOperation = "LabRunner.UnknownOperation";
    internal const string EmptyPlan = "LabRunner.EmptyPlan";
    internal const string MissingName = "LabRunner.MissingName";
    internal const string MissingWork = "LabRunner.MissingWork";
    internal const string InvalidValue = "LabRunner.InvalidValue";
    internal const string InvalidOrder = "LabRunner.InvalidOrder";
    internal const string InvalidOperation = "LabRunner.InvalidOperation";
    internal const string AmbiguousWork = "LabRunner.AmbiguousWork";
    internal const string UnknownKey = "LabRunner.UnknownKey";
    internal const string DuplicateKey = "LabRunner.DuplicateKey";
    internal const string UnknownParameter = "LabRunner.UnknownParameter";
    internal const string MissingParameter = "LabRunner.MissingParameter";
    internal const string ScriptBlockInArgument = "LabRunner.ScriptBlockInArgument";
    internal const string BoundInstance = "LabRunner.RunspaceBoundInstance";
    internal const string UndefinedUsing = "LabRunner.UndefinedUsing";
    internal const string CallerVariable = "LabRunner.CallerVariable";
    internal const string ScriptSyntax = "LabRunner.ScriptSyntax";
    internal const string ProgramNotFound = "LabRunner.ProgramNotFound";
    internal const string ScriptNotFound = "LabRunner.ScriptNotFound";

    // Ids of what an operation can end with.
    internal const string OperationFailed = "LabRunner.OperationFailed";
    internal const string OperationTimeout = "LabRunner.OperationTimeout";
    internal const string OperationCanceled = "LabRunner.OperationCanceled";
    internal const string OperationAbandoned = "LabRunner.OperationAbandoned";
    internal const string ScriptExitCode = "LabRunner.ScriptExitCode";
    internal const string TestFailed = "LabRunner.TestFailed";
    internal const string WorkerLost = "LabRunner.WorkerLost";
    internal const string PromptInParallel = "LabRunner.PromptInParallel";
    internal const string EnvironmentChanged = "LabRunner.EnvironmentChanged";

    // Ids of the run as a whole.
    internal const string OperationsFailed = "LabRunner.RunFailed";
    internal const string WorkerNotOpened = "LabRunner.WorkerNotOpened";
    internal const string Survivors = "LabRunner.Survivors";
    internal const string LabUnderWay = "LabRunner.LabUnderWay";
    internal const string EngineFault = "LabRunner.EngineFault";

    // Ids of the module's own configuration.
    internal const string InvalidConfiguration = "LabRunner.InvalidConfiguration";
    internal const string ConfigurationUnwritable = "LabRunner.ConfigurationUnwritable";

    /// <summary>No recorded run has such an id.</summary>
    internal static LabRunnerException UnknownRun(string id) => new(
        "LabRunner.UnknownRun",
        ErrorCategory.ObjectNotFound,
        $"No recorded run has an id that begins with '{id}'.",
        "Get-LabRun lists all of them.",
        id);

    /// <summary>Several recorded runs have such an id.</summary>
    internal static LabRunnerException AmbiguousRun(string id, IReadOnlyList<LabRunRecord> found) => new(
        "LabRunner.AmbiguousRun",
        ErrorCategory.InvalidArgument,
        $"The id '{id}' is the beginning of {found.Count} runs: {string.Join(", ", found.Take(5).Select(run => $"{run.Id} ({run.Name})"))}{(found.Count > 5 ? " and others" : "")}.",
        "Give more of it.",
        id);

    /// <summary>No recorded run has such a name.</summary>
    internal static LabRunnerException NoRunNamed(IReadOnlyList<string> names) => new(
        "LabRunner.UnknownRun",
        ErrorCategory.ObjectNotFound,
        $"No recorded run has the name '{string.Join("' or '", names)}'.",
        "Get-LabRun lists all of them.",
        names[0]);

    /// <summary>Nothing was recorded here.</summary>
    internal static LabRunnerException NoRuns() => new(
        "LabRunner.UnknownRun",
        ErrorCategory.ObjectNotFound,
        "There is no recorded run yet.",
        "Runs of lab files and runs with a name are recorded, and others once they have lasted a second or something has failed.",
        null);

    /// <summary>No run is under way that could be meant.</summary>
    internal static LabRunnerException NotUnderWay(string[] names) => new(
        "LabRunner.RunNotUnderWay",
        ErrorCategory.InvalidOperation,
        names.Length == 0 ? "There is no run under way." : $"There is no run under way called {string.Join(" or ", names.Select(name => $"'{name}'"))}.",
        "Get-LabRun -Running lists the runs that are; a run without a name is among them once it has lasted a second.",
        names.FirstOrDefault());

    /// <summary>Several runs are under way, and it is not known which one is meant.</summary>
    internal static LabRunnerException SeveralUnderWay(IReadOnlyList<LabRunRecord> running) => new(
        "LabRunner.AmbiguousRun",
        ErrorCategory.InvalidArgument,
        $"{running.Count} runs are under way: {string.Join(", ", running.Take(5).Select(run => $"{run.Name} ({run.Id})"))}{(running.Count > 5 ? " and others" : "")}.",
        "Name the run that you mean, give its -Id, or choose the newest one with -Last.",
        null);

    /// <summary>A run has not ended within the time that its caller waits.</summary>
    internal static LabRunnerException NotEnded(LabRunRecord run, int seconds) => new(
        "LabRunner.RunNotEnded",
        ErrorCategory.OperationTimeout,
        $"Run '{run.Name}' ({run.Id}) has not ended within {seconds} s. It goes on.",
        "Wait longer, or stop it with Stop-LabRun.",
        run.Id);

    /// <summary>The record of a run was deleted while somebody watched the run.</summary>
    internal static LabRunnerException DeletedMeanwhile(LabRunRecord run) => new(
        "LabRunner.UnknownRun",
        ErrorCategory.ObjectNotFound,
        $"Run '{run.Name}' ({run.Id}) cannot be watched any more: its record was deleted.",
        "Get-LabRun lists the runs there are.",
        run.Id);

    /// <summary>A run that is to be resumed is under way, and not suspended.</summary>
    internal static LabRunnerException UnderWay(string name, string run) => new(
        "LabRunner.RunUnderWay",
        ErrorCategory.ResourceBusy,
        $"Run '{name}' ({run}) is under way.",
        $"Watch-LabRun -Id {run} shows how far it is, and Stop-LabRun -Id {run} stops it.",
        run);

    /// <summary>One error for all findings about an input: the first one speaks by id, all of them by sentence.</summary>
    internal static LabRunnerException Input(IReadOnlyList<LabFinding> findings)
    {
        var first = findings[0];
        var alone = findings.Count == 1;
        return new LabRunnerException(
            first.Id,
            CategoryOf(first.Id),
            alone ? Sentence(first.Message) : Listed(findings),
            (alone ? first.Advice : null) ?? "Correct the operations; nothing was started.",
            first.Operation)
        {
            Findings = findings,
        };
    }

    /// <summary>An error of the core, with its own id and all its findings.</summary>
    internal static LabRunnerException Core(LabCoreException error)
    {
        var fault = error.Fault;
        var findings = (fault.Diagnostics ?? [])
            .Where(found => !string.Equals(found.Severity, "warning", StringComparison.OrdinalIgnoreCase))
            .Select(found => new LabFinding(found.Id, Located(found), found.Operation, found.Advice))
            .ToArray();
        var several = findings.Length > 1;
        return new LabRunnerException(
            fault.Id,
            Category(fault.Category),
            several ? Listed(findings) : Sentence(fault.Message),
            several ? "Correct the operations; nothing was started." : fault.Advice,
            fault.Target,
            error)
        {
            Findings = findings,
        };
    }

    /// <summary>A run of objects cannot go on without them.</summary>
    internal static LabRunnerException OperationsNeeded(string command, string run, string name) => new(
        "LabRunner.OperationsNeeded",
        ErrorCategory.InvalidArgument,
        $"Run '{name}' ({run}) did not come from a lab file: its operations were objects, which are not recorded.",
        $"Give the same operations again: {command} -Id {run} -Operations $operations.",
        run);

    /// <summary>A command that belongs in an operation.</summary>
    internal static LabRunnerException NotInOperation(string command) => new(
        "LabRunner.NotInOperation",
        ErrorCategory.InvalidOperation,
        $"{command} was called outside an operation.",
        "Call it in the script of an operation, on its own thread: not in a job or in ForEach-Object -Parallel.",
        command);

    /// <summary>Runs cannot be made to go on by themselves here.</summary>
    internal static LabRunnerException ResumeUnavailable(string message, string advice, Exception? why = null) => new(
        "LabRunner.ResumeUnavailable",
        ErrorCategory.ResourceUnavailable,
        message,
        advice,
        null,
        why);

    /// <summary>A warning of the core's, as the readers of operations have them.</summary>
    internal static LabFinding Warning(LabDiagnostic found) => new(found.Id, Located(found), found.Operation, found.Advice) { IsWarning = true };

    /// <summary>An operation asks a question, which cannot be answered in parallel work.</summary>
    internal static LabRunnerException Prompt(string? operation, string what) => new(
        PromptInParallel,
        ErrorCategory.InvalidOperation,
        $"{(operation is null ? "An operation" : $"Operation '{operation}'")} tried to prompt for {what}. Operations run non-interactively.",
        "Ask before the run, and pass the answer in Parameters or with $using:.",
        operation);

    /// <summary>A script ended with <c>exit n</c>.</summary>
    internal static ErrorRecord Exit(string operation, int code) => new LabRunnerException(
        ScriptExitCode,
        ErrorCategory.FromStdErr,
        $"Operation '{operation}' ended with exit code {code}.",
        "Look at its output; let it end with exit 0, or without exit, when that is not a failure.",
        operation).ErrorRecord;

    /// <summary>An output object said <c>Success = $false</c>.</summary>
    internal static ErrorRecord SaidNo(string operation, string? reason) => new LabRunnerException(
        OperationFailed,
        ErrorCategory.NotSpecified,
        string.IsNullOrEmpty(reason) ? $"Operation '{operation}' reported that it failed." : reason,
        null,
        operation).ErrorRecord;

    /// <summary>The only output of a check was <c>$false</c>.</summary>
    internal static ErrorRecord CheckFailed(string operation) => new LabRunnerException(
        "LabRunner.ValidationFailed",
        ErrorCategory.InvalidResult,
        $"Operation '{operation}' is a validation, and its result is $false.",
        "Correct what it checks; or give it another type where $false is a result like any other.",
        operation).ErrorRecord;

    /// <summary>The runspace of an operation went away under it.</summary>
    internal static ErrorRecord Lost(string operation, Exception? why) => new LabRunnerException(
        WorkerLost,
        ErrorCategory.ResourceUnavailable,
        $"The runspace of operation '{operation}' ended before the operation did{(why is null ? "." : $": {why.Message}")}",
        "Do not close or dispose the runspace that a script runs in.",
        operation,
        why).ErrorRecord;

    /// <summary>No worker can be opened: the run cannot go on.</summary>
    internal static LabRunnerException NotOpened(Exception why) => why as LabRunnerException ?? new(
        WorkerNotOpened,
        ErrorCategory.ResourceUnavailable,
        $"A runspace for the operations could not be opened: {why.Message}",
        "Free some memory, or use a smaller -MaxConcurrency.",
        null,
        why);

    /// <summary>The isolation Process where there is no PowerShell to start.</summary>
    internal static LabRunnerException NoPowerShell() => new(
        "LabRunner.PowerShellNotFound",
        ErrorCategory.ObjectNotFound,
        $"No operation can run in a process of its own: this session runs in '{Path.GetFileName(Environment.ProcessPath)}', which is not PowerShell itself, and there is no pwsh beside its engine or on PATH.",
        "Install PowerShell 7.4 or later and put it on PATH, or use the isolation Runspace.");

    /// <summary>What a run wants to have in its runspaces cannot be brought there.</summary>
    internal static LabRunnerException NotPrepared(string what, ErrorRecord why) => new(
        "LabRunner.WorkerNotPrepared",
        why.CategoryInfo.Category,
        $"A runspace for the operations could not be prepared, because of {what}: {why}{(why.InvocationInfo is { ScriptLineNumber: > 0 } at ? $" ({(string.IsNullOrEmpty(at.ScriptName) ? "" : at.ScriptName + ", ")}line {at.ScriptLineNumber})" : "")}",
        "Correct it, or leave it out of -Modules, -Functions or -InitializationScript; no operation has been started.",
        what,
        why.Exception);

    /// <summary>A test ended in a way that says nothing of the work.</summary>
    internal static LabRunnerException TestWithoutAnswer(string operation, int? code, Exception? why) => new(
        TestFailed,
        ErrorCategory.InvalidResult,
        $"The test of operation '{operation}' did not say whether its work is done: it {(code is { } left ? $"used exit {left}" : why is null ? "left its script" : $"ended with {why.Message.TrimEnd('.')}")}.",
        "Make it output $true when the work is done, and $false otherwise.",
        operation,
        why);

    /// <summary>The error that ended a test, said to be one of the test; its id and its place stay.</summary>
    internal static ErrorRecord InTest(string operation, ErrorRecord error) => new(error, null)
    {
        ErrorDetails = new ErrorDetails($"The test of operation '{operation}' failed: {error}") { RecommendedAction = error.ErrorDetails?.RecommendedAction ?? "" },
    };

    /// <summary>What a run wants to have in the process of an operation cannot be brought there.</summary>
    internal static LabRunnerException ProcessNotPrepared(ErrorRecord why) => new(
        "LabRunner.WorkerNotPrepared",
        why.CategoryInfo.Category,
        $"The process of the operation could not be prepared: {why}{(why.InvocationInfo is { ScriptLineNumber: > 0, ScriptName.Length: > 0 } at ? $" ({at.ScriptName}, line {at.ScriptLineNumber})" : "")}",
        "Correct it, or leave it out of -Modules, -Functions or -InitializationScript.",
        null,
        why.Exception);

    /// <summary>Something that was asked for and that this version does not have.</summary>
    internal static LabRunnerException NotAvailable(string what, string advice) => new(
        "LabRunner.NotAvailable",
        ErrorCategory.NotImplemented,
        $"{what} is not available yet.",
        advice,
        what);

    /// <summary>Stop-Job for the child job of a run.</summary>
    internal static LabRunnerException OneOperationStopped(string operation) => new(
        "LabRunner.OperationOfARun",
        ErrorCategory.InvalidOperation,
        $"Operation '{operation}' cannot be stopped by itself: others may depend on it.",
        "Stop the job of its run, or give the operation a Timeout.",
        operation);

    /// <summary>The mode Custom without an order.</summary>
    internal static LabRunnerException NoCustomOrder(string? path) => new(
        InvalidValue,
        ErrorCategory.InvalidArgument,
        $"The orchestration mode is Custom, but -Order is missing{(path is null ? "" : $", and '{path}' has no custom-order")}.",
        $"Give one: -Order name, name{(path is null ? "" : ", or settings: custom-order: [names] in the lab file")}. Or use another -OrchestrationMode.",
        path);

    /// <summary>A block for the order that cannot be used.</summary>
    internal static LabRunnerException Ranking(string? operation, string what, Exception? why) => new(
        InvalidOrder,
        ErrorCategory.InvalidArgument,
        $"The script block of -Order {what}.",
        "Let it give a number, a text or a time for each operation, such as -Order { $_.Priority }; the smallest goes first. Nothing was started.",
        operation,
        why);

    /// <summary>Parameters that cannot be meant together.</summary>
    internal static LabRunnerException Contradiction(string message, string advice) => new(InvalidValue, ErrorCategory.InvalidArgument, message, advice);

    /// <summary>A call that says nothing of what is to be run.</summary>
    internal static LabRunnerException NothingGiven(string command) => new(
        EmptyPlan,
        ErrorCategory.InvalidArgument,
        $"{command} was called without operations.",
        "Pass -Operations @{ Name = '…'; ScriptBlock = { … } }, or the paths of scripts as -Scripts.");

    /// <summary>Modules that the settings want in every run, and that are not installed.</summary>
    internal static LabRunnerException ModulesMissing(string[] names) => new(
        "LabRunner.ModuleNotFound",
        ErrorCategory.ObjectNotFound,
        $"{(names.Length == 1 ? $"The required module '{names[0]}' is" : $"The required modules {string.Join(", ", names.Select(name => $"'{name}'"))} are")} not installed.",
        "Install it, or take it out of the setting RequiredModules: Set-LabRunnerConfiguration -RequiredModules …",
        names[0]);

    /// <summary>A parameter with a number that is not allowed.</summary>
    internal static LabRunnerException OutOfRange(string parameter, int value, int least, int most) => new(
        InvalidValue,
        ErrorCategory.InvalidArgument,
        $"{parameter} must be a whole number from {least} to {most}, not {value}.",
        null,
        value);

    /// <summary>A setting of the module with a value that is not allowed.</summary>
    internal static LabRunnerException InvalidSetting(string source, string name, object? value, string allowed, string? target) => new(
        InvalidConfiguration,
        ErrorCategory.InvalidData,
        $"{name} is '{value}' in {source}; it must be {allowed}.",
        "Correct it there, or set it with Set-LabRunnerConfiguration.",
        target);

    /// <summary>A name that is not a setting of the module.</summary>
    internal static LabRunnerException UnknownSetting(string name, string? similar, IEnumerable<string> all) => new(
        InvalidConfiguration,
        ErrorCategory.ObjectNotFound,
        $"The setting '{name}' does not exist.{(similar is null ? "" : $" Did you mean '{similar}'?")}",
        $"There are {string.Join(", ", all)}.",
        name);

    /// <summary>The user's file of settings cannot be written.</summary>
    internal static LabRunnerException SettingsUnwritable(string path, Exception why) => new(
        ConfigurationUnwritable,
        ErrorCategory.WriteError,
        $"The LabRunner configuration file '{path}' cannot be written: {why.Message.TrimEnd('.')}. It is as it was.",
        "Free some space, or correct the rights of the file and its folder; or name another file in $env:LABRUNNER_CONFIG.",
        path,
        why);

    /// <summary>Labs that were checked and cannot be run; their findings were written before.</summary>
    internal static LabRunnerException InvalidLabs(int bad, int all, string? first) => new(
        InvalidLab,
        ErrorCategory.InvalidData,
        all == 1 ? $"The lab '{first ?? "configuration"}' cannot be run; the findings say why." : $"{bad} of {all} labs cannot be run; the findings say why.",
        "Correct what was found.",
        first);

    /// <summary>A secret is wanted, and there is nowhere to look it up.</summary>
    internal static LabRunnerException NoSecretStore(string secret) => new(
        "LabRunner.NoSecretStore",
        ErrorCategory.ResourceUnavailable,
        $"The secret '{secret}' cannot be looked up: the session has neither Get-SecureCredential (SecureCredentials) nor Get-Secret (Microsoft.PowerShell.SecretManagement).",
        "Import one of the two modules, or install SecretManagement with a vault. Nothing was started.",
        secret);

    /// <summary>A secret is not where it was looked for.</summary>
    internal static LabRunnerException SecretNotFound(string secret, string command, Exception? why) => new(
        "LabRunner.SecretNotFound",
        ErrorCategory.ObjectNotFound,
        $"{command} has no secret '{secret}'{(why is null ? " with a text, a key or a password in it" : $": {why.Message.TrimEnd('.')}")}.",
        $"Store it under that name, or correct secret://{secret}.",
        secret,
        why);

    /// <summary>A program would get a secret on its command line.</summary>
    internal static LabRunnerException SecretOnCommandLine(string operation, string secret) => new(
        "LabRunner.SecretOnCommandLine",
        ErrorCategory.SecurityError,
        $"Operation '{operation}' passes the secret '{secret}' to a program among its arguments, where every user of this machine can read it in the list of processes. Use env, its environment, instead.",
        $"Write Env = @{{ NAME = 'secret://{secret}' }}, or 'environment: {{ NAME: secret://{secret} }}' in a lab file. The program finds it in its environment.",
        secret);

    /// <summary>A secret is handed to a script by its place.</summary>
    internal static LabRunnerException SecretWithoutParameter(string operation, string secret) => new(
        "LabRunner.SecretWithoutParameter",
        ErrorCategory.InvalidArgument,
        $"The script of operation '{operation}' has no parameter for the secret '{secret}'.",
        "Let it begin with param(...), with a parameter for each value.",
        secret);

    /// <summary>The script file of an operation is not there when it is to be run.</summary>
    internal static LabRunnerException NoScript(string path) => new(
        ScriptNotFound,
        ErrorCategory.ObjectNotFound,
        $"The script '{path}' does not exist.",
        "Correct the path, or let the operation depend on the one that writes the file.",
        path);

    /// <summary>A file that exists, and that the call does not allow to be replaced.</summary>
    internal static LabRunnerException FileExists(string path) => new(
        "LabRunner.FileExists",
        ErrorCategory.ResourceExists,
        $"The file '{path}' exists already.",
        "Choose another path, or use -Force to write over it.",
        path);

    /// <summary>A file that cannot be written.</summary>
    internal static LabRunnerException FileUnwritable(string path, Exception why) => new(
        "LabRunner.FileUnwritable",
        ErrorCategory.WriteError,
        $"The file '{path}' cannot be written: {why.Message.TrimEnd('.')}.",
        "Check that its folder exists and that you may write to it.",
        path,
        why);

    /// <summary>A failure of LabRunner itself.</summary>
    internal static LabRunnerException Engine(Exception why) => new(
        EngineFault,
        ErrorCategory.InvalidResult,
        $"LabRunner failed while it ran the operations: {why.Message}",
        "This is a defect of LabRunner: please report it with the output of Get-Error.",
        null,
        why);

    /// <summary>An unexpected error, in the name of the command that it ended.</summary>
    internal static LabRunnerException Unforeseen(string command, Exception why) => new(
        EngineFault,
        why is IContainsErrorRecord { ErrorRecord: { } record } ? record.CategoryInfo.Category : ErrorCategory.NotSpecified,
        $"{command} failed: {why.GetBaseException().Message.TrimEnd('.')} ({why.GetType().Name}).",
        "If the input looks right, this is a defect of LabRunner: please report it with the output of Get-Error.",
        null,
        why);

    /// <summary>The one error of <c>-ThrowOnFailure</c> and <c>-ErrorAction Stop</c>, which ends the calling script.</summary>
    internal static LabRunnerException RunFailed(LabOperationResult[] results)
    {
        if (results.All(result => result.Success || result.Ending is OperationStatus.Skipped or OperationStatus.Canceled) && results.Any(result => result.SkippedBecause?.Kind == "run-parked"))
        {
            return new LabRunnerException(
                "LabRunner.RunParked",
                ErrorCategory.OperationStopped,
                $"The run is parked until this machine has been restarted: {results.Count(result => result.Success)} of {LabDisplay.Count(results.Length, "operation")} have succeeded.",
                "Restart the machine and resume the run. All results are in the TargetObject of this error.",
                results);
        }

        return new LabRunnerException(
            OperationsFailed,
            ErrorCategory.OperationStopped,
            $"{results.Count(result => !result.Success)} of {LabDisplay.Count(results.Length, "operation")} did not succeed: {LabDisplay.Causes(results)}.",
            "All results are in the TargetObject of this error.",
            results);
    }

    /// <summary>The error record of an operation that ended badly without having written one itself.</summary>
    internal static ErrorRecord Ended(string operation, OperationStatus status, string? message, string? id, string? category)
    {
        var (fallbackId, fallbackCategory, sentence, advice) = status switch
        {
            OperationStatus.TimedOut => (OperationTimeout, ErrorCategory.OperationTimeout, $"Operation '{operation}' took longer than its limit and was stopped.", "Raise its Timeout or -TimeoutMinutes, or find out why it takes so long."),
            OperationStatus.Canceled => (OperationCanceled, ErrorCategory.OperationStopped, $"Operation '{operation}' was stopped with its run.", (string?)null),
            OperationStatus.Abandoned => (OperationAbandoned, ErrorCategory.OperationStopped, $"Operation '{operation}' did not stop when asked to; it may still be running.", "Let it wait in commands that can be stopped, such as Start-Sleep, and not in .NET methods."),
            _ => (OperationFailed, ErrorCategory.NotSpecified, $"Operation '{operation}' failed.", null),
        };
        return new LabRunnerException(
            id ?? fallbackId,
            category is null ? fallbackCategory : Category(category),
            string.IsNullOrEmpty(message) ? sentence : message,
            advice,
            operation).ErrorRecord;
    }

    /// <summary>The category of that name, or NotSpecified.</summary>
    internal static ErrorCategory Category(string? name) =>
        Enum.TryParse<ErrorCategory>(name, ignoreCase: true, out var category) ? category : ErrorCategory.NotSpecified;

    // PowerShell shows the advice of an error that has one fault below its message; each of several stands beside its own.
    private static string Listed(IReadOnlyList<LabFinding> findings) =>
        $"{LabDisplay.Count(findings.Count, "fault")} in the operations:{Environment.NewLine}" + string.Join(Environment.NewLine, findings.Select(finding => "  - " + finding));

    private static string Sentence(string message) => message.Length > 0 && ".!?…".Contains(message[^1]) ? message : message + ".";

    private static string Located(LabDiagnostic found) => found.At switch
    {
        null => found.Message,
        { File: { } file } at => $"{file}:{at.Line}:{at.Column}: {found.Message}",
        var at => $"line {at.Line}, column {at.Column}: {found.Message}",
    };

    private static ErrorCategory CategoryOf(string id) => id switch
    {
        ScriptSyntax => ErrorCategory.ParserError,
        ScriptNotFound or UnknownOperation => ErrorCategory.ObjectNotFound,
        ScriptBlockInArgument => ErrorCategory.InvalidType,
        UnknownKey or DuplicateKey => ErrorCategory.InvalidData,
        _ => ErrorCategory.InvalidArgument,
    };
}
