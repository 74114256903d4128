using System.Diagnostics;

namespace LabRunner.Steering;

/// <summary>Up to which moment of a run its watcher sees it, in milliseconds from the run's start.</summary>
/// <param name="started">When the run started.</param>
/// <param name="speed">How many times as fast as it happened; nothing to see at once all that has happened.</param>
internal sealed class WatchClock(DateTimeOffset started, double? speed)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Everything before it may be shown.</summary>
    internal double Until => speed is { } times ? Math.Min(Live, _watch.Elapsed.TotalMilliseconds * times) : double.PositiveInfinity;

    /// <summary>The moment of what is being shown; nothing between that, when it is <see cref="Until"/>, or the present.</summary>
    internal double? Shown { private get; set; }

    /// <summary>The moment that is seen.</summary>
    internal double Now => Shown ?? Math.Min(Live, Until);

    /// <summary>How long it is until this moment may be shown.</summary>
    internal TimeSpan Wait(double at) => speed is { } times ? TimeSpan.FromMilliseconds(Math.Max(0, (at - Until) / times)) : TimeSpan.Zero;

    private double Live => (DateTimeOffset.UtcNow - started).TotalMilliseconds;
}
