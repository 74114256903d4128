using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;
using System.Management.Automation;
using System.Text;
using LabRunner.Engine;
using LabRunner.Errors;
using LabRunner.Streams;
using LabRunner.Workers;

namespace LabRunner.Pilot;

/// <summary>Runs an operation in a PowerShell of its own, in place of the operation's script, and takes down what it writes.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "LabProcess")]
internal sealed class ProcessCommand : Cmdlet, IBlockedWriter
{
    // How long after the process's end its pipes are read: what it started and left may keep them open for ever.
    private const int DrainMs = 2000;

    private readonly BlockingCollection<(string Line, bool IsError)> _lines = new(1024);
    private readonly object _gate = new();
    private Process? _process;
    private AnonymousPipeServerStream? _lifeline;
    private Timer? _kill;
    private OperationRecorder? _recorder;
    private volatile bool _stopped;
    private long _end = long.MaxValue;

    /// <summary>What to do; see <see cref="ProcessOrder"/>.</summary>
    [Parameter(Mandatory = true)]
    public Hashtable Order { get; set; } = [];

    /// <summary>The time that it has to end by itself when it is stopped.</summary>
    [Parameter(Mandatory = true)]
    public TimeSpan Grace { get; set; }

    /// <summary>By what everything is found that the process starts.</summary>
    [Parameter(Mandatory = true)]
    public object Mark { get; set; } = "";

    bool IBlockedWriter.IsStopped => _stopped;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var loop = WorkerLoop.OnThisThread ?? throw new InvalidOperationException("There is no worker here.");
        var recorder = loop.Worker.Recorder!;
        _recorder = recorder;

        // Secrets are looked up here, where one that is not there is the operation's error: what packs the order would leave it out.
        Order["Named"] = new Hashtable((IDictionary)Order["Named"]!, StringComparer.OrdinalIgnoreCase);
        if (Order["TestNamed"] is IDictionary ofTest)
        {
            Order["TestNamed"] = new Hashtable(ofTest, StringComparer.OrdinalIgnoreCase);
        }

        var program = PowerShellProgram.Find() ?? throw LabRunnerError.NoPowerShell();
        using var process = new Process { StartInfo = Start(program), EnableRaisingEvents = true };
        using var drained = new Timer(_ => Complete(), null, Timeout.Infinite, Timeout.Infinite);
        process.Exited += (_, _) =>
        {
            EndWhatIsLeft();
            drained.Change(DrainMs, Timeout.Infinite);
        };
        using var lifeline = Lifeline.Hold();
        using var kill = new Timer(_ => Kill(), null, Timeout.Infinite, Timeout.Infinite);
        Order["Lifeline"] = lifeline.GetClientHandleAsString();
        Order["GraceMs"] = Grace.TotalMilliseconds;
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            process.Start();
            (_process, _lifeline, _kill) = (process, lifeline, kill);
        }

        lifeline.DisposeLocalCopyOfClientHandle();

        var open = 2;
        Read(process.StandardOutput, isError: false, () => Interlocked.Decrement(ref open));
        Read(process.StandardError, isError: true, () => Interlocked.Decrement(ref open));
        Tell(process);
        var ended = false;
        foreach (var (line, isError) in _lines.GetConsumingEnumerable())
        {
            ended |= Take(loop, recorder, line, isError);
        }

        process.WaitForExit();
        EndWhatIsLeft();
        lock (_gate)
        {
            (_process, _lifeline, _kill) = (null, null, null);
        }

        if (recorder.IsTesting && !ended && !_stopped)
        {
            recorder.Fail(LabRunnerError.TestWithoutAnswer(loop.Worker.Open?.Name ?? "", process.ExitCode, null).ErrorRecord);
        }
        else if (!ended && !_stopped && process.ExitCode != 0)
        {
            // With exit, or by no will of its own.
            recorder.Exit(process.ExitCode);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The operation is asked to end, and killed with all it has started when it has not done so within the grace.</remarks>
    protected override void StopProcessing()
    {
        lock (_gate)
        {
            _stopped = true;
            _end = Environment.TickCount64 + (long)Grace.TotalMilliseconds;
            _lifeline?.Dispose();
            _kill?.Change(Grace, Timeout.InfiniteTimeSpan);
            if (_process is { HasExited: true })
            {
                // What it has left keeps its pipes open, and is waited for.
                ThreadPool.UnsafeQueueUserWorkItem(static command => command.EndWhatIsLeft(), this, preferLocal: false);
            }
        }

        _recorder?.WakeWriter();
    }

    // What ended by itself may have meant to leave something running; what was stopped leaves nothing.
    private void EndWhatIsLeft()
    {
        if (_stopped)
        {
            ((OperationMark)Mark).End(TimeSpan.FromMilliseconds(Math.Max(0, Interlocked.Read(ref _end) - Environment.TickCount64)));
        }
    }

    private void Kill()
    {
        lock (_gate)
        {
            try
            {
                _process?.Kill(entireProcessTree: true);
            }
            catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
            {
                // It has just ended, or some of what it started has.
            }
        }
    }

    private ProcessStartInfo Start(PowerShellProgram program)
    {
        var command = ChildOperation.Bootstrap();
        var start = new ProcessStartInfo(program.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        if (((OperationMark)Mark).Value is { } mark)
        {
            start.Environment[OperationMark.Variable] = mark;
        }

        string[] arguments = ["-NoLogo", "-NoProfile", "-NonInteractive", "-OutputFormat", "Text", "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes(command))];
        foreach (var argument in program.First.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private void Tell(Process process)
    {
        try
        {
            process.StandardInput.WriteLine(Frame.Pack(Order));
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read what to do; its exit code and its standard error say why.
        }
    }

    private bool Take(WorkerLoop loop, OperationRecorder recorder, string line, bool isError)
    {
        if (isError)
        {
            recorder.Record(LabStream.Error, new InformationRecord(new HostInformationMessage { Message = line }, "stderr"), this);
            return false;
        }

        if (Frame.Read(line) is not { } frame)
        {
            recorder.Record(LabStream.Information, new InformationRecord(new HostInformationMessage { Message = line }, "Host"), this);
            return false;
        }

        switch (frame.Kind)
        {
            case FrameKind.Output:
                recorder.Deliver(LabStream.Output, frame.Value, this);
                return false;
            case FrameKind.Error:
                recorder.Deliver(LabStream.Error, RemoteRecords.Error(frame.Value), this);
                return false;
            case FrameKind.ProgramText:
                recorder.ProgramText($"{frame.Value}", this);
                return false;
            case FrameKind.Warning:
                recorder.Deliver(LabStream.Warning, new WarningRecord($"{frame.Value}"), this);
                return false;
            case FrameKind.Verbose:
                recorder.Deliver(LabStream.Verbose, new VerboseRecord($"{frame.Value}"), this);
                return false;
            case FrameKind.Debug:
                recorder.Deliver(LabStream.Debug, new DebugRecord($"{frame.Value}"), this);
                return false;
            case FrameKind.Information:
                recorder.Deliver(LabStream.Information, RemoteRecords.Information(frame.Value), this);
                return false;
            case FrameKind.Restart:
                RequestRestart(loop, frame.Value);
                return false;
            case FrameKind.Failure:
                loop.Fail(RemoteRecords.Error(frame.Value));
                return true;
            case FrameKind.Test:
                return !recorder.EndTest(frame.Value is true);
            case FrameKind.ExitCode:
                recorder.Exit(LanguagePrimitives.ConvertTo<int>(frame.Value));
                return true;
            default:
                return true;
        }
    }

    // The process cannot wait for an answer: what is refused is the operation's error all the same.
    private static void RequestRestart(WorkerLoop loop, object? request)
    {
        if (loop.Worker.Open is not { } open || (request is PSObject wrapped ? wrapped.BaseObject : request) is not Hashtable asked)
        {
            return;
        }

        try
        {
            open.Run.RequestRestart(open.Operation, open.Attempt, $"{asked["Reason"]}", LanguagePrimitives.IsTrue(asked["Rerun"]));
        }
        catch (LabRunnerException refused)
        {
            loop.Fail(refused.ErrorRecord);
        }
    }

    private void Read(StreamReader reader, bool isError, Func<int> close) => new Thread(() =>
    {
        try
        {
            while (reader.ReadLine() is { } line)
            {
                _lines.Add((line, isError));
            }
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // Nobody reads it any more.
        }

        if (close() == 0)
        {
            Complete();
        }
    })
    {
        IsBackground = true,
        Name = "LabRunner process output",
    }.Start();

    private void Complete()
    {
        try
        {
            _lines.CompleteAdding();
        }
        catch (ObjectDisposedException)
        {
            // It was complete long ago.
        }
    }
}
