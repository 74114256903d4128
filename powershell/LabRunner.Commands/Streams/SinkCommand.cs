using System.Management.Automation;
using LabRunner.Execution;

namespace LabRunner.Streams;

/// <summary>The end of every operation's pipeline on a worker: takes the merged streams, record by record.</summary>
[Cmdlet(VerbsCommunications.Send, "LabRecord")]
internal sealed class SinkCommand : Cmdlet, IBlockedWriter
{
    private OperationRecorder? _recorder;
    private volatile bool _stopped;

    /// <summary>One object of any stream.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    bool IBlockedWriter.IsStopped => _stopped;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _recorder = Worker.OnThisThread?.Recorder;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _recorder?.Add(InputObject, this);

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        _stopped = true;
        _recorder?.WakeWriter();
    }
}
