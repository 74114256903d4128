using System.Globalization;
using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Progress;
using LabRunner.Restarts;
using LabRunner.Runs;
using LabRunner.Settings;
using LabRunner.Streams;

namespace LabRunner.Steering;

/// <summary>Shows how far a run is, of whatever process, until it ends; or once more how one went.</summary>
[Cmdlet(VerbsCommon.Watch, "LabRun")]
[OutputType(typeof(LabRunRecord))]
public sealed class WatchLabRunCommand : SteerCommand
{
    // Time between two looks at a run that goes on: each is followed by a drawing, which costs the terminal more than the look. A file is all that every system, and every share, can be asked for.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // Nobody wants to see a run of hours for hours once more.
    private const double LongestReplayMs = 10_000;

    private LabRunnerConfiguration? _settings;

    /// <summary>The run of this name; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LabRunNameCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Shows what operations write as well.</summary>
    [Parameter]
    public SwitchParameter Output { get; set; }

    /// <summary>How many times as fast as it happened a run is shown from its start.</summary>
    [Parameter]
    [ValidateRange(0.001, 1_000_000)]
    public double Speed { get; set; }

    /// <summary>How progress is shown.</summary>
    [Parameter]
    public LabProgressStyle ProgressStyle { get; set; }

    private LabRunnerConfiguration Settings => _settings ??= SettingSources.Look(Voice);

    /// <inheritdoc/>
    private protected override void Answer()
    {
        var meant = Meant(Name, ended: true);
        if (meant.Count > 1 && Name.Length > 0)
        {
            CommandGuard.Write(Voice, LabRunnerError.SeveralUnderWay(meant).ErrorRecord);
            return;
        }

        ForEach(meant, Watch);
    }

    private void Watch(LabRunRecord run)
    {
        var follower = new RunFollower(run.Directory!, Output);
        try
        {
            Show(follower, run);
            WriteEnd(Look(run.Directory!));
        }
        catch (LabCoreException) when (!File.Exists(run.Directory) && !System.IO.Directory.Exists(run.Directory))
        {
            CommandGuard.Write(Voice, LabRunnerError.DeletedMeanwhile(run).ErrorRecord);
        }
    }

    private void Show(RunFollower follower, LabRunRecord run)
    {
        var watched = follower.Run;
        var started = DateTimeOffset.TryParse(watched.StartedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.UtcNow;
        var clock = new WatchClock(started, SpeedOf(run));
        var progress = new RunProgress(watched.Name, watched.Names, watched.Operations, () => clock.Now);
        var style = MyInvocation.BoundParameters.ContainsKey(nameof(ProgressStyle)) ? ProgressStyle : Settings.ProgressStyle;
        var view = ProgressPlace.View(Voice, Voice.GetVariableValue("ProgressPreference"), style, Settings.ProgressIntervalSeconds, watched.Operations, asLines: false);
        var fold = new ProgressFold(progress, view, _ => null);
        var labels = new LineLabels(watched.Operations > 1);
        HashSet<(int Operation, string? Check)> ailing = [];
        try
        {
            while (true)
            {
                while (follower.Take(clock.Until) is var (entry, written) && (entry is not null || written is not null))
                {
                    if (IsStopped)
                    {
                        throw new PipelineStoppedException();
                    }

                    clock.Shown = entry?.AtMs ?? written!.At;
                    if (written is not null)
                    {
                        Voice.WriteInformation(new HostInformationMessage { Message = Line(labels, LabRunOutput.Of(written, null)) }, ["PSHOST"]);
                    }
                    else if (entry!.Kind == LabEventKind.Health)
                    {
                        // That a check is healthy is news only for one that was not.
                        var check = (entry.Operation, entry.Check);
                        var isUnhealthy = string.Equals(entry.Status, "unhealthy", StringComparison.OrdinalIgnoreCase);
                        if (isUnhealthy ? ailing.Add(check) || entry.Remedy is not null : ailing.Remove(check))
                        {
                            Voice.WriteWarning(entry.Message);
                        }
                    }
                    else if (entry!.Operation < watched.Names.Length && (entry.Operation >= 0 || entry.Kind is LabEventKind.Suspended or LabEventKind.Continued))
                    {
                        fold.On(entry);
                    }
                }

                clock.Shown = null;
                if (follower.IsOver)
                {
                    break;
                }

                view?.Draw(progress);
                Rest(follower, clock);
            }
        }
        finally
        {
            view?.Close(progress);
        }

        Warn([.. follower.Warnings.Distinct()]);
    }

    // Until there is something to show, or it is time to look for it.
    private void Rest(RunFollower follower, WatchClock clock)
    {
        if (follower.IsUpToDate)
        {
            var wait = follower.Upcoming is { } at ? clock.Wait(at) : Interval;
            Pause(wait < Interval ? wait : Interval);
        }

        follower.Look();
    }

    // A run that goes on is seen as it does. One that has ended is shown once more, in a time that somebody will wait.
    private double? SpeedOf(LabRunRecord run) =>
        MyInvocation.BoundParameters.ContainsKey(nameof(Speed)) ? Speed
        : run.Status is "Running" or "Suspended" ? null
        : Math.Max(1, run.Duration.TotalMilliseconds / LongestReplayMs);

    private static string Line(LineLabels labels, LabRunOutput written) =>
        labels.Text(written.Operation, written.Stream is "Output" or "Information" || written.IsProgram ? written.Text : $"{written.Stream.ToUpperInvariant()}: {written.Text}");

    private void WriteEnd(LabRunRecord run)
    {
        switch (run.Status)
        {
            case "Interrupted":
                Voice.WriteWarning($"Run '{run.Name}' ({run.Id}) has not ended: its process has gone. {GoOn(run)}");
                break;
            case ParkedText.Status:
                Voice.WriteWarning($"Run '{run.Name}' ({run.Id}) waits for a restart of {run.Computer}. Once that has taken place: {GoOn(run)}");
                break;
        }

        WriteObject(run);
    }

    private static string GoOn(LabRunRecord run) =>
        $"Resume-LabRun -Id {LabDisplay.ShortId(run.Id)}{(run.Source is null ? " -Operations $operations" : "")} goes on where it stopped.";
}
