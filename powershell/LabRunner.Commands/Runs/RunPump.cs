using System.Management.Automation;
using LabRunner.Interop;
using LabRunner.Errors;
using LabRunner.Progress;
using LabRunner.Restarts;
using LabRunner.Streams;
using LabRunner.Workers;

namespace LabRunner.Runs;

/// <summary>Reads a run's queue on the thread that may write, until the run is over.</summary>
internal sealed class RunPump
{
    private readonly RunSession _run;
    private readonly IRunOutput _output;
    private readonly IProgressView? _view;
    private readonly ProgressFold _told;
    private readonly LineLabels _labels;
    private readonly OutputFeed _feed;
    private readonly LabOperationResult[] _results;
    private readonly LabOperationResult[] _undone;
    private readonly bool[] _final;
    private readonly bool[] _released;
    private readonly bool _tells;
    private int _nextToRelease;
    private DateTime _lastAt;
    private bool _over;
    private string _status = "Failed";

    internal RunPump(RunSession run, IRunOutput output, IProgressView? view)
    {
        _run = run;
        _output = output;
        _view = view;
        _tells = run.Caller.Preference("VerbosePreference") is not (null or ActionPreference.SilentlyContinue);
        _labels = new LineLabels(run.Operations.Count > 1);
        _feed = new OutputFeed(run);
        _final = new bool[run.Nodes.Count];
        _released = new bool[run.Operations.Count];
        _results = [.. run.Operations.Select(operation => new LabOperationResult { Name = operation.Name, Id = operation.Id, Type = operation.Type })];
        _undone = [.. run.Operations.Where(operation => operation.Compensation is not null).Select(operation => new LabOperationResult { Name = operation.Name, Id = operation.Id, Type = operation.Type })];
        var begin = Environment.TickCount64;
        string[] names = [.. run.Nodes.Select(node => node.Name)];
        Progress = new RunProgress(run.Settings.Name, names, run.Operations.Count, () => Environment.TickCount64 - begin) { Expected = run.Settings.Expected, Reported = run.ProgressOf, WhyWaiting = run.WhyWaiting };
        _told = new ProgressFold(Progress, view, Attempts);
    }

    internal RunProgress Progress { get; }

    /// <summary>Pumps until the run is over. Throws what broke it, or what the writing threw.</summary>
    internal RunOutcome Pump()
    {
        try
        {
            while (true)
            {
                if (!_run.Queue.TryTake(out var item, Sooner(_view?.NextWait(Progress) ?? Timeout.Infinite, _feed.NextWait)))
                {
                    _feed.HandOverIfDue();
                    _view?.Draw(Progress);
                    continue;
                }

                if (item.Fault is { } fault)
                {
                    throw fault;
                }

                _feed.HandOverIfDue();
                if (item.Record is { } record)
                {
                    _feed.Add(record);
                    if (!_run.Settings.Grouped)
                    {
                        Show(record);
                    }
                }
                else if (item.Output is { } output)
                {
                    _output.Output(output.Operation, output.Item);
                }
                else if (item.Attempt is { } attempt)
                {
                    _feed.Left(attempt);
                }
                else if (item.Event is { } happened)
                {
                    if (happened.Kind == LabEventKind.Finished)
                    {
                        _status = happened.Status ?? _status;
                        break;
                    }

                    On(happened);
                }

                _view?.Draw(Progress);
            }

            var known = _run.Result();
            if (known?.Defect is { } defect)
            {
                throw LabRunnerError.Engine(new InvalidOperationException(defect));
            }

            Complete(known?.Operations);
            Complete(known?.Rollback);
            _over = true;
            Release();
            if (_feed.Close() is { } warning)
            {
                _output.Warning(warning);
            }

            var outcome = new RunOutcome(_results, [.. _undone.Where((_, place) => _final[_results.Length + place])], _status, known);
            if (!_run.IsNested || _run.Settings.Reports.IsAsked)
            {
                _run.Settings.Reports.Write(_run.Settings.Name, outcome, _output.Note, _output.Warning);
            }

            if (_run.Settings.Analyses)
            {
                outcome = outcome with { Performance = LabRunPerformance.Tell(outcome, _output.Note, _output.Warning) };
            }

            if (_status == ParkedText.Status)
            {
                _output.Warning(ParkedText.Parked(outcome, _run.Settings));
            }

            return outcome;
        }
        finally
        {
            _feed.Close();
            _view?.Close(Progress);
        }
    }

    private static int Sooner(int one, int other) => one < 0 ? other : other < 0 ? one : Math.Min(one, other);

    private void On(LabEvent happened)
    {
        if (happened is { Kind: LabEventKind.Warning, Message: { } message })
        {
            _output.Warning(message);
            return;
        }

        if (happened.Kind is LabEventKind.Suspended or LabEventKind.Continued)
        {
            _told.On(happened);
            return;
        }

        if (happened.Operation < 0 || happened.Operation >= _final.Length)
        {
            return;
        }

        var result = ResultOf(happened.Operation);
        switch (happened.Kind)
        {
            case LabEventKind.Started:
                result.StartTime = At(happened);
                result.Attempts = (int)happened.Attempt;
                result.WorkerId = (int?)happened.Worker;
                _output.Started(happened.Operation);
                _told.On(happened);
                Tell(happened.Operation, _tells ? VerboseText.Started(Node(happened), happened, Attempts(happened.Operation)) : null);
                break;
            case LabEventKind.Serving:
                _told.On(happened);
                Tell(happened.Operation, _tells ? VerboseText.Serving(Node(happened)) : null);
                break;
            case LabEventKind.Retrying:
                result.Attempts = (int)happened.Attempt;
                Show(_labels.Rest(_run.Nodes[happened.Operation].Name));
                _told.On(happened);
                Tell(happened.Operation, _tells ? VerboseText.Retrying(Node(happened), happened, Attempts(happened.Operation)) : null);
                break;
            case LabEventKind.RollingBack:
                _told.On(happened);
                Tell(happened.Operation, _tells ? VerboseText.RollingBack(Node(happened)) : null);
                break;
            case LabEventKind.Restart:
                _output.Warning(ParkedText.Asked(result.Name, happened.Reason));
                break;
            case LabEventKind.Health:
                Ails(result, happened);
                break;
            case LabEventKind.Ended:
                Ended(result, happened);
                break;
            case LabEventKind.Kept:
                result.Ending = OperationStatus.Succeeded;
                result.KeptFrom = happened.From;
                result.UpToDate = happened.UpToDate;
                Finalize(happened.Operation, result);
                break;
            case LabEventKind.Current:
                result.Ending = OperationStatus.Succeeded;
                result.UpToDate = true;
                Finalize(happened.Operation, result);
                break;
            case LabEventKind.Skipped:
                result.Ending = OperationStatus.Skipped;
                result.SkippedBecause = SkipReason.Of(happened.Because);
                result.Error = happened.Because?.Message;
                Finalize(happened.Operation, result);
                break;
        }
    }

    private void Ended(LabOperationResult result, LabEvent happened)
    {
        result.Ending = StatusOf(happened.Status);
        result.UpToDate = happened.Test == true && result.Success;
        result.EndTime = At(happened);
        result.Duration = TimeSpan.FromMilliseconds(happened.DurationMs);
        _run.Recorder(happened.Operation)?.MoveTo(result);
        result.ExitCode = happened.ExitCode ?? result.ExitCode;
        Judge(result, happened);
        _feed.Ended(happened.Operation, result);
        Finalize(happened.Operation, result);
    }

    // What had succeeded runs again, or counts as failed. A service that serves has an end of its own yet.
    private void Ails(LabOperationResult result, LabEvent happened)
    {
        if (happened.Refused is not null || !_final[happened.Operation] || !result.Success)
        {
            return;
        }

        switch (happened.Remedy)
        {
            case "rerun":
                _final[happened.Operation] = false;
                result.UpToDate = false;
                break;
            case "fail" or "compensate":
                _final[happened.Operation] = false;
                result.Ending = OperationStatus.Failed;
                result.UpToDate = false;
                var why = string.IsNullOrEmpty(happened.Message) ? "" : $": {happened.Message}";
                result.Failure = LabRunnerError.Ended(result.Name, result.Ending, $"Operation '{result.Name}' is unhealthy: check '{happened.Check}' failed{why}.", "LabRunner.Unhealthy", "InvalidResult");
                result.Error = result.Failure.ToString();
                Finalize(happened.Operation, result);
                break;
        }
    }

    // A failure that the script itself gave keeps its record; everything else is the core's to explain.
    private static void Judge(LabOperationResult result, LabEvent happened)
    {
        if (result.Success)
        {
            result.Failure = null;
            return;
        }

        if (result.Ending != OperationStatus.Failed || result.Failure is null)
        {
            result.Failure = LabRunnerError.Ended(result.Name, result.Ending, happened.Error?.Message, happened.Error?.Id, happened.Error?.Category);
        }

        result.Error = result.Failure.ToString();
    }

    private void Finalize(int operation, LabOperationResult result)
    {
        if (_final[operation])
        {
            return;
        }

        _final[operation] = true;
        LiveRecords.Attach(result);
        _told.Ended(operation, result.Ending, result.StartTime is null ? null : result.Duration, result.Error);
        if (operation >= _results.Length)
        {
            _results[_run.Undone(operation)].RolledBack = result.Success;
        }

        if (_run.Settings.Grouped)
        {
            Replay(operation, result);
        }

        var name = _run.Nodes[operation].Name;
        Show(_labels.Rest(name));
        if (result is { Success: false, Failure: { } error } && result.Ending != OperationStatus.Skipped)
        {
            // An error without a place of its own gets that of the call when it is written.
            var note = _run.IsNested || result.Ending == OperationStatus.Canceled ? null : _run.Settings.Annotations?.Of(result, _run.Settings.Source);
            _output.Failure(operation, _labels.Error(name, error));
            if (note is not null)
            {
                _output.Note(note);
            }
        }

        Tell(operation, _tells ? VerboseText.Ended(_run.Nodes[operation], result, Attempts(operation)) : null);
        if (!_run.Settings.Ordered && operation < _results.Length && !MayChange(operation))
        {
            Release(operation);
        }

        Release();
    }

    // What is held back until the end of the run is given in declared order.
    private void Release()
    {
        while (_nextToRelease < _results.Length && (_released[_nextToRelease] || ((_over || _run.Settings.Ordered) && _final[_nextToRelease] && !MayChange(_nextToRelease))))
        {
            Release(_nextToRelease++);
        }
    }

    private void Release(int operation)
    {
        if (!_released[operation])
        {
            _released[operation] = true;
            _output.Result(operation, _results[operation]);
        }
    }

    // All that it wrote in one piece; the middle is missing where it wrote more than is kept.
    private void Replay(int operation, LabOperationResult result)
    {
        foreach (var record in result.Records)
        {
            Show(record);
        }

        if (_run.Settings.InBackground)
        {
            foreach (var item in result.Live)
            {
                _output.Output(_run.Nodes[operation].Name, item);
            }
        }
    }

    private OperationDefinition Node(LabEvent happened) => _run.Nodes[happened.Operation];

    private long? Attempts(int operation) => _run.Nodes[operation].Attempts ?? _run.Settings.Attempts;

    private void Tell(int operation, string? sentence)
    {
        if (sentence is not null)
        {
            _output.Verbose(operation, sentence);
        }
    }

    private void Show(LabRecord record) => Show(_labels.Of(record));

    private void Show(IEnumerable<LabRecord> labelled)
    {
        foreach (var record in labelled)
        {
            _output.Record(record);
        }
    }

    // Who reads a result must find in it whether the operation still stands.
    private bool MayChange(int operation) =>
        !_over && _results[operation] is { Success: true, RolledBack: null }
        && (_run.Operations[operation].IsWatched || (_run.Settings.Failure == "rollback" && _run.Operations[operation].Compensation is not null));

    private LabOperationResult ResultOf(int operation) => operation < _results.Length ? _results[operation] : _undone[operation - _results.Length];

    // What the events do not tell, and, should one ever be missing, what it would have told.
    private void Complete(OperationOutcome[]? operations)
    {
        foreach (var item in operations ?? [])
        {
            if (item.Index < 0 || item.Index >= _final.Length)
            {
                continue;
            }

            var (index, result) = (item.Index, ResultOf(item.Index));
            result.ExitCode ??= item.ExitCode;
            if (!_final[index])
            {
                result.Ending = StatusOf(item.Status);
                result.KeptFrom = item.KeptFrom;
                result.UpToDate = item.UpToDate;
                result.SkippedBecause = SkipReason.Of(item.SkippedBecause);
                result.Error = result.SkippedBecause?.Message ?? item.Error?.Message;
                _run.Recorder(index)?.MoveTo(result);
                LiveRecords.Attach(result);
                _final[index] = true;
                if (index >= _results.Length)
                {
                    _results[_run.Undone(index)].RolledBack ??= result.Success;
                }
            }
        }
    }

    // The core counts milliseconds; events within one stay in their order.
    private DateTime At(LabEvent happened)
    {
        var at = _run.StartedAt.AddMilliseconds(happened.AtMs);
        return _lastAt = at > _lastAt ? at : _lastAt.AddTicks(1);
    }

    private static OperationStatus StatusOf(string? status) =>
        Enum.TryParse<OperationStatus>(status, ignoreCase: true, out var known) ? known : OperationStatus.Failed;
}
