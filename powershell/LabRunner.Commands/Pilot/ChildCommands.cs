using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Engine;
using LabRunner.Errors;
using LabRunner.Streams;

namespace LabRunner.Pilot;

/// <summary>The standard output of an operation's own process, for frames.</summary>
internal static class ChildOutput
{
    private static readonly object Gate = new();
    private static StreamWriter? _writer;

    /// <summary>Whether all that the operation needs has been brought into the process.</summary>
    internal static bool IsPrepared { get; set; }

    /// <summary>The operation's name.</summary>
    internal static string? Operation { get; set; }

    /// <summary>The frames that the trace of each error of the operation ends with.</summary>
    internal static string Frames { get; set; } = "";

    /// <summary>The operation's block, when it is one.</summary>
    internal static System.Management.Automation.Language.Ast? Script { get; set; }

    /// <summary>Whether the operation's test is being asked: then its last output is the answer.</summary>
    internal static bool IsTesting { get; set; }

    /// <summary>The last object that the test has put out.</summary>
    internal static object? Answer { get; set; }

    /// <summary>Whether the test has ended with an error.</summary>
    internal static bool HasFailed { get; set; }

    /// <summary>Takes the stream itself: what the operation does to the console does not concern it.</summary>
    internal static void Begin() => _writer = new StreamWriter(Console.OpenStandardOutput(), new System.Text.UTF8Encoding(false)) { AutoFlush = true };

    internal static void Write(FrameKind kind, object? value)
    {
        lock (Gate)
        {
            _writer?.WriteLine(Frame.Of(kind, value));
        }
    }
}

/// <summary>The end of the operation's pipeline in its own process.</summary>
[Cmdlet(VerbsCommunications.Send, "LabFrame")]
internal sealed class ChildSinkCommand : PSCmdlet
{
    private Transcript? _transcript;

    /// <summary>One object of any stream.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _transcript = Transcript.Of(Host);
        ChildOutput.Frames = string.Join(Environment.NewLine, (Runspace.DefaultRunspace?.Debugger?.GetCallStack() ?? []).Select(frame => frame.ToString()));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            Output(null);
            return;
        }

        var stream = StreamMark.Of(InputObject);
        if (stream != LabStream.Output)
        {
            _transcript?.Add(InputObject.BaseObject);
        }

        switch (stream, InputObject.BaseObject)
        {
            case (LabStream.Error, ErrorRecord error):
                ChildOutput.Write(FrameKind.Error, RemoteRecords.Complete(ErrorPosition.InScript(error, ChildOutput.Script, ChildOutput.Frames)));
                break;
            case (LabStream.Warning, WarningRecord warning):
                ChildOutput.Write(FrameKind.Warning, warning.Message);
                break;
            case (LabStream.Verbose, VerboseRecord verbose):
                ChildOutput.Write(FrameKind.Verbose, verbose.Message);
                break;
            case (LabStream.Debug, DebugRecord debug):
                ChildOutput.Write(FrameKind.Debug, debug.Message);
                break;
            case (LabStream.Information, InformationRecord information):
                ChildOutput.Write(FrameKind.Information, information);
                break;
            case (LabStream.Output, ErrorRecord text) when OperationRecorder.IsProgramText(text):
                ChildOutput.Write(FrameKind.ProgramText, text.ToString());
                break;
            default:
                Output(InputObject);
                break;
        }
    }

    private static void Output(object? item)
    {
        if (ChildOutput.IsTesting)
        {
            ChildOutput.Answer = item;
        }
        else
        {
            ChildOutput.Write(FrameKind.Output, item);
        }
    }
}

/// <summary>Takes the error that ended the operation in its own process.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LabFrame")]
internal sealed class ChildFailCommand : Cmdlet
{
    /// <summary>The error.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    public ErrorRecord ErrorRecord { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // What ends it before it has begun is the fault of what was to be brought into its process.
        var error = ChildQuestion.IsOne(ErrorRecord.Exception) ? ChildQuestion.Refused
            : ChildOutput.IsPrepared ? ErrorPosition.InScript(ErrorRecord, ChildOutput.Script, ChildOutput.Frames)
            : LabRunnerError.ProcessNotPrepared(ErrorRecord).ErrorRecord;
        ChildOutput.HasFailed = true;
        ChildOutput.Write(FrameKind.Failure, RemoteRecords.Complete(error));
    }
}

/// <summary>Takes note that the operation has come to its end in its own process.</summary>
[Cmdlet(VerbsLifecycle.Complete, "LabFrame")]
internal sealed class ChildEndCommand : Cmdlet
{
    /// <summary>The exit code of a script file, when it was a bad one.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? ExitCode { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (LanguagePrimitives.TryConvertTo(ExitCode, out int code) && code != 0)
        {
            ChildOutput.HasFailed = true;
            ChildOutput.Write(FrameKind.ExitCode, code);
        }
        else if (ChildOutput.IsTesting)
        {
            // What it answers is said by the command that comes next.
        }
        else
        {
            ChildOutput.Write(FrameKind.End, null);
        }
    }
}

/// <summary>Says what the test of the operation has answered, and whether the operation is to be run.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LabFrame")]
internal sealed class ChildTestedCommand : Cmdlet
{
    /// <summary>What is run next.</summary>
    [Parameter(Position = 0)]
    public object? Unit { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ChildOutput.IsTesting = false;
        ChildOutput.Script = ((Unit is PSObject wrapped ? wrapped.BaseObject : Unit) as ScriptBlock)?.Ast;
        var isDone = LanguagePrimitives.IsTrue(ChildOutput.Answer);
        ChildOutput.Answer = null;
        if (!ChildOutput.HasFailed)
        {
            ChildOutput.Write(FrameKind.Test, isDone);
        }

        WriteObject(!ChildOutput.HasFailed && !isDone);
    }
}
