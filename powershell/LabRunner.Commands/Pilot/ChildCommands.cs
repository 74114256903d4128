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
            ChildOutput.Write(FrameKind.Output, null);
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
                ChildOutput.Write(FrameKind.Output, InputObject);
                break;
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
            ChildOutput.Write(FrameKind.ExitCode, code);
        }
        else
        {
            ChildOutput.Write(FrameKind.End, null);
        }
    }
}
