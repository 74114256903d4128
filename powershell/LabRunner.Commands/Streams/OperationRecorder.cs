using System.Management.Automation;
using LabRunner.Engine;
using LabRunner.Errors;
using LabRunner.Runs;
using LabRunner.Secrets;

namespace LabRunner.Streams;

/// <summary>Takes down what one attempt of an operation writes: output is kept, all else is kept and passed on live.</summary>
/// <remarks>Written by the worker; read by the run once the operation has ended, or while it goes on when it was abandoned.</remarks>
internal sealed class OperationRecorder(RunSession run, OperationDefinition operation, OperationRecorder? earlier)
{
    // A script that fails in a loop must not fill the memory with records; the counts stay true.
    private const int ErrorLimit = 1000;

    private readonly object _gate = new();
    private KeptEnds<object?>? _output;
    private List<ErrorRecord>? _errors;
    private List<WarningRecord>? _warnings;
    // What earlier attempts wrote, and why they failed, stays readable; all else is that of the last attempt.
    private KeptEnds<LabRecord>? _log = earlier?.HandOver();
    private readonly bool _separatesPrograms = operation.Work is not ScriptWork { MergesErrors: true };
    private object? _lone;
    private ScriptWork? _test;
    private object? _answer;
    private DateTime? _followed;
    private bool _closed;

    private readonly int _attempt = (earlier?._attempt ?? 0) + 1;

    /// <summary>The objects that were output and are kept.</summary>
    internal IReadOnlyCollection<object?> Kept
    {
        get
        {
            lock (_gate)
            {
                return _output ?? (IReadOnlyCollection<object?>)[];
            }
        }
    }

    /// <summary>The frames of the worker's own that the trace of each error ends with.</summary>
    internal string Frames { get; set; } = "";

    /// <summary>How many objects were output.</summary>
    internal int OutputCount { get; private set; }

    /// <summary>How many errors were written, a terminating one among them.</summary>
    internal int ErrorCount { get; private set; }

    /// <summary>How many warnings were written.</summary>
    internal int WarningCount { get; private set; }

    /// <summary>Why the operation did not succeed.</summary>
    internal ErrorRecord? Failure { get; private set; }

    /// <summary>Whether its test said that its work is done; nothing when it was not asked.</summary>
    internal bool? TestSays { get; private set; }

    /// <summary>Whether its test is being asked.</summary>
    internal bool IsTesting => _test is not null;

    /// <summary>The exit code of its <c>exit</c>.</summary>
    internal int? ExitCode { get; private set; }

    /// <summary>From here on its test writes: of its output the last object is the answer, and nothing else is kept.</summary>
    internal void BeginTest(ScriptWork test) => _test = test;

    /// <summary>The test has ended; in a process of its own it says itself what it answers.</summary>
    /// <returns>Whether the operation's script is to be run.</returns>
    internal bool EndTest(bool? answer = null)
    {
        lock (_gate)
        {
            _test = null;
            if (Failure is not null)
            {
                return false;
            }

            // As if decides.
            TestSays = answer ?? LanguagePrimitives.IsTrue(_answer);
            _answer = null;
            return TestSays == false;
        }
    }

    /// <summary>Takes one merged object of the operation's pipeline.</summary>
    internal void Add(PSObject? item, IBlockedWriter writer)
    {
        if (item is null)
        {
            Output(null, writer);
            return;
        }

        switch (StreamMark.Of(item))
        {
            case LabStream.Output when _separatesPrograms && item.BaseObject is ErrorRecord text && IsProgramText(text):
                ProgramText(text.ToString(), writer);
                break;
            case LabStream.Output:
                Output(SecretMask.Output(item), writer);
                break;
            case LabStream.Error when item.BaseObject is ErrorRecord error:
                Error(error, writer);
                break;
            case LabStream.Warning when item.BaseObject is WarningRecord warning:
                Warning(warning, writer);
                break;
            case var stream:
                Record(stream, item.BaseObject, writer);
                break;
        }
    }

    /// <summary>Takes a line that a program wrote to its standard error: text, often no error at all, and the engine does not mark it as one.</summary>
    internal void ProgramText(string line, IBlockedWriter writer)
    {
        if (_separatesPrograms)
        {
            Record(LabStream.Error, new InformationRecord(new HostInformationMessage { Message = line }, "stderr"), writer);
        }
        else
        {
            Output(SecretMask.Text(line), writer);
        }
    }

    /// <summary>Takes one object of a stream that is known.</summary>
    internal void Deliver(LabStream stream, object? item, IBlockedWriter writer)
    {
        switch (stream, item)
        {
            case (LabStream.Output, _):
                Output(item is null ? null : SecretMask.Output(PSObject.AsPSObject(item)), writer);
                break;
            case (LabStream.Error, ErrorRecord error):
                Error(error, writer);
                break;
            case (LabStream.Warning, WarningRecord warning):
                Warning(warning, writer);
                break;
            default:
                Record(stream, item ?? "", writer);
                break;
        }
    }

    /// <summary>Takes a warning that LabRunner itself gives about the operation.</summary>
    internal void Warn(WarningRecord warning) => Warning(warning, null);

    /// <summary>Takes one record that is not output, and passes it on.</summary>
    internal void Record(LabStream stream, object data, IBlockedWriter? writer)
    {
        if (Take(stream, data) is { } record)
        {
            run.Queue.Put(new RunItem(record), writer);
        }
    }

    /// <summary>Takes one record that is not output, without passing it on. One that is kept the core has put into the run's record already.</summary>
    internal LabRecord? Take(LabStream stream, object data, bool isKept = false)
    {
        data = SecretMask.Record(data);
        lock (_gate)
        {
            if (_closed)
            {
                return null;
            }

            var record = new LabRecord(run.NextSequence(), run.Watch.Now, stream, operation.Name, data) { Attempt = _attempt, IsKept = isKept };
            if (run.Settings.KeepRecords > 0)
            {
                (_log ??= new KeptEnds<LabRecord>(run.Settings.KeepRecords)).Add(record);
            }

            return record;
        }
    }

    /// <summary>Takes one line that a program wrote to its standard output.</summary>
    internal void Line(string line) => Output(SecretMask.Text(line), null);

    /// <summary>Lets the worker see that it was stopped, should it wait for room.</summary>
    internal void WakeWriter() => run.Queue.Wake();

    /// <summary>Marks the operation as failed by an error that ended it.</summary>
    internal void Fail(ErrorRecord error)
    {
        error = Own(error);
        if (IsTesting && error.FullyQualifiedErrorId != LabRunnerError.TestFailed)
        {
            error = LabRunnerError.InTest(operation.Name, error);
        }

        lock (_gate)
        {
            if (_closed || Failure is not null)
            {
                return;
            }

            Failure = error;
            ErrorCount++;
            (_errors ??= []).Add(error);
        }
    }

    /// <summary>The operation ended with <c>exit</c>.</summary>
    internal void Exit(int code)
    {
        ExitCode = code;
        if (code != 0)
        {
            Fail(LabRunnerError.Exit(operation.Name, code));
        }
    }

    /// <summary>Looks at a single output object that may say <c>Success = $false</c>.</summary>
    internal void Judge()
    {
        if (OutputCount != 1 || Failure is not null || _lone is not { } lone)
        {
            return;
        }

        if (Verdict.SaysNo(lone, out var reason))
        {
            Fail(LabRunnerError.SaidNo(operation.Name, reason));
        }
        else if (operation.Validates && Verdict.IsFalse(lone))
        {
            Fail(LabRunnerError.CheckFailed(operation.Name));
        }
    }

    /// <summary>Moves what was taken down into the result. What is written later is dropped.</summary>
    internal void MoveTo(LabOperationResult result)
    {
        lock (_gate)
        {
            _closed = true;
            result.Live = _output?.ToArray() ?? [];
            result.ErrorRecords = _errors?.ToArray() ?? [];
            result.WarningRecords = _warnings?.ToArray() ?? [];
            result.Records = _log?.ToArray() ?? [];
            result.Truncated = _log?.Truncated == true || _output?.Truncated == true;
            result.HadErrors = ErrorCount > 0;
            result.Failure = Failure;
            result.ExitCode = ExitCode;
            _output = null;
            _log = null;
        }
    }

    /// <summary>What it leaves for the run's record now that another attempt follows; nothing when it was over before, or has nothing.</summary>
    internal AttemptOutput? Leaves(int number)
    {
        lock (_gate)
        {
            if (_followed is not { } time || operation.Work is not ScriptWork || (Failure is null && OutputCount == 0))
            {
                return null;
            }

            var objects = RecordedObjects.Of((IReadOnlyCollection<object?>?)_output ?? []);
            _output = null;
            return new AttemptOutput(number, _attempt, time, Failure, objects, IsLast: false);
        }
    }

    private KeptEnds<LabRecord>? HandOver()
    {
        lock (_gate)
        {
            _followed = _closed ? null : run.Watch.Now;
            if (!_closed && Failure is { } failure && run.Settings.KeepRecords > 0)
            {
                (_log ??= new KeptEnds<LabRecord>(run.Settings.KeepRecords)).Add(new LabRecord(run.NextSequence(), run.Watch.Now, LabStream.Error, operation.Name, failure) { Attempt = _attempt });
            }

            _closed = true;
            var log = _log;
            _log = null;
            return log;
        }
    }

    private void Output(object? item, IBlockedWriter? writer)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (IsTesting)
            {
                _answer = item;
                return;
            }

            _lone = ++OutputCount == 1 ? item : null;
            if (!run.Settings.NoOutput)
            {
                (_output ??= new KeptEnds<object?>(run.Settings.KeepOutput)).Add(item);
            }
        }

        if (run.Settings.StreamsOutput)
        {
            run.Queue.Put(new RunItem(new RunOutput(operation.Name, item)), writer);
        }
    }

    private void Error(ErrorRecord error, IBlockedWriter writer)
    {
        error = Own(error);
        lock (_gate)
        {
            ErrorCount++;
            if ((_errors ??= []).Count < ErrorLimit)
            {
                _errors.Add(error);
            }
        }

        Record(LabStream.Error, error, writer);
    }

    // At the user's line, without secrets, and with the operation as its target where it has none.
    private ErrorRecord Own(ErrorRecord error)
    {
        var placed = ErrorPosition.InScript(ErrorPosition.Unwrap(error), ((_test ?? operation.Work as ScriptWork)?.Command as ScriptBlock)?.Ast, Frames);
        return ErrorTarget.Of(SecretMask.Error(placed), operation.Name);
    }

    private void Warning(WarningRecord warning, IBlockedWriter? writer)
    {
        warning = (WarningRecord)SecretMask.Record(warning);
        lock (_gate)
        {
            WarningCount++;
            if ((_warnings ??= []).Count < ErrorLimit)
            {
                _warnings.Add(warning);
            }
        }

        Record(LabStream.Warning, warning, writer);
    }

    internal static bool IsProgramText(ErrorRecord error) =>
        error.FullyQualifiedErrorId is "NativeCommandError" or "NativeCommandErrorMessage";
}
