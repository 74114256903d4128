using System.Diagnostics;

namespace LabRunner.EngineTests.Engine;

/// <summary>A script that runs: it can be watched, stopped and waited for.</summary>
public sealed class RunningScript
{
    /// <summary>How long a stop may take before a test calls it hung.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly System.Management.Automation.PowerShell _shell;
    private readonly RecordingHost _host;
    private readonly PSDataCollection<PSObject> _output = [];
    private readonly IAsyncResult _invocation;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    internal RunningScript(System.Management.Automation.PowerShell shell, RecordingHost host)
    {
        _shell = shell;
        _host = host;
        var input = new PSDataCollection<PSObject>();
        input.Complete();
        _invocation = shell.BeginInvoke(input, _output);
    }

    /// <summary>What has been written to the output so far.</summary>
    public IReadOnlyList<object?> Output => [.. _output.ReadAllCopy()];

    /// <summary>Waits, without polling, until an output object is like this; gives it.</summary>
    public object? WaitForOutput(Func<object?, bool> isWanted, TimeSpan? limit = null)
    {
        var found = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(object? sender, DataAddedEventArgs added)
        {
            var value = Plain(_output[added.Index]);
            if (isWanted(value))
            {
                found.TrySetResult(value);
            }
        }

        _output.DataAdded += Look;
        try
        {
            // What was there before is seen here, what comes later by the event; nothing falls between.
            foreach (var value in Output.Where(isWanted))
            {
                return value;
            }

            if (found.Task.Wait(limit ?? EngineSession.DefaultLimit))
            {
                return found.Task.Result;
            }

            throw new TimeoutException($"No such output came; there was: {string.Join(", ", Output)}. Errors: {string.Join("; ", _shell.Streams.Error)}");
        }
        finally
        {
            _output.DataAdded -= Look;
        }
    }

    /// <summary>Waits, without polling, until what was shown of progress so far is enough.</summary>
    public void WaitForProgress(Func<IReadOnlyList<ProgressRecord>, bool> isEnough, TimeSpan? limit = null)
    {
        var shown = _shell.Streams.Progress;
        using var enough = new ManualResetEventSlim();
        void Look(object? sender, DataAddedEventArgs? added)
        {
            // By index: to enumerate it would wait for its end.
            if (isEnough([.. Enumerable.Range(0, shown.Count).Select(i => shown[i])]))
            {
                enough.Set();
            }
        }

        shown.DataAdded += Look;
        try
        {
            Look(this, null);
            if (!enough.Wait(limit ?? EngineSession.DefaultLimit))
            {
                throw new TimeoutException($"Not enough progress was shown, only: {string.Join("; ", shown.ReadAll())}. Errors: {string.Join("; ", _shell.Streams.Error)}");
            }
        }
        finally
        {
            shown.DataAdded -= Look;
        }
    }

    /// <summary>Stops the script as Ctrl-C does and waits until it has ended.</summary>
    public ScriptResult Stop(TimeSpan? limit = null)
    {
        _shell.BeginStop(null, null);
        return Wait(limit ?? StopLimit);
    }

    /// <summary>Waits until the script has ended; after the limit it is stopped and the test fails.</summary>
    public ScriptResult Wait(TimeSpan limit)
    {
        ErrorRecord? terminated = null;
        if (!_invocation.AsyncWaitHandle.WaitOne(limit))
        {
            _shell.BeginStop(null, null);
            var ended = _invocation.AsyncWaitHandle.WaitOne(StopLimit) ? "It could be stopped." : "It could not be stopped either.";
            throw new TimeoutException(
                $"The script ran longer than {limit}. {ended} Output: {string.Join(", ", Output)}. Errors: {string.Join("; ", _shell.Streams.Error)}");
        }

        var took = _watch.Elapsed;
        try
        {
            _shell.EndInvoke(_invocation);
        }
        catch (PipelineStoppedException)
        {
            // Told by the state.
        }
        catch (RuntimeException error)
        {
            terminated = error.ErrorRecord;
        }

        var streams = _shell.Streams;
        var result = new ScriptResult
        {
            State = _shell.InvocationStateInfo.State,
            Took = took,
            Output = [.. _output.Select(Plain)],
            Objects = [.. _output],
            Errors = [.. streams.Error],
            Terminated = terminated,
            Warnings = [.. streams.Warning.Select(record => record.Message)],
            Verbose = [.. streams.Verbose.Select(record => record.Message)],
            Debug = [.. streams.Debug.Select(record => record.Message)],
            Information = [.. streams.Information],
            Progress = [.. streams.Progress],
            HostText = _host.Text,
        };
        _shell.Dispose();
        return result;
    }

    private static object? Plain(PSObject? value) => value?.BaseObject is PSCustomObject ? value : value?.BaseObject;
}

/// <summary>Reads a live collection without taking from it.</summary>
internal static class LiveCollection
{
    public static IEnumerable<object?> ReadAllCopy(this PSDataCollection<PSObject> collection)
    {
        // By index: to enumerate it would wait for its end.
        for (var i = 0; i < collection.Count; i++)
        {
            var value = collection[i];
            yield return value?.BaseObject is PSCustomObject ? value : value?.BaseObject;
        }
    }
}
