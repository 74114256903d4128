using System.Diagnostics;
using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Interop;

namespace LabRunner.Steering;

/// <summary>Waits until runs have ended, of whatever process, and returns them.</summary>
[Cmdlet(VerbsLifecycle.Wait, "LabRun")]
[OutputType(typeof(LabRunRecord))]
public sealed class WaitLabRunCommand : SteerCommand
{
    // How long the core waits before it is asked whether the caller has stopped the command.
    private const int Slice = 200;

    /// <summary>Runs of these names; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabRunNameCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Seconds to wait, for all runs together; as long as it takes when absent.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Timeout { get; set; }

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var watch = Stopwatch.StartNew();
        ForEach(Meant(Name, ended: true), run =>
        {
            while (true)
            {
                var left = Timeout is { } seconds ? (long)(TimeSpan.FromSeconds(seconds) - watch.Elapsed).TotalMilliseconds : long.MaxValue;
                if (LabCore.WaitForEnd(run.Directory!, (int)Math.Clamp(left, 0, Slice)))
                {
                    WriteObject(Look(run.Directory!));
                    return;
                }

                if (IsStopped)
                {
                    throw new PipelineStoppedException();
                }

                if (left <= 0)
                {
                    CommandGuard.Write(Voice, LabRunnerError.NotEnded(run, Timeout ?? 0).ErrorRecord);
                    return;
                }
            }
        });
    }
}
