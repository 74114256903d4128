namespace LabRunner.Progress;

/// <summary>How long a run still takes: by the plan's schedule where that is known, else by the pace so far.</summary>
/// <param name="expected">When each operation is expected to end, from the start of the run; none when nothing is known.</param>
internal sealed class TimeLeft(IReadOnlyList<TimeSpan?>? expected)
{
    private readonly double? _makespanMs = expected?.Max()?.TotalMilliseconds;
    private double _lateMs;
    private double _lastEndMs;

    /// <summary>An operation has ended, at this many milliseconds from the start of the run.</summary>
    internal void Ended(int operation, double atMs)
    {
        _lastEndMs = atMs;
        if (expected?[operation] is { } end)
        {
            _lateMs = atMs - end.TotalMilliseconds;
        }
    }

    /// <summary>The time left, at this many milliseconds from the start; null while that would be a guess. It counts down between two ends.</summary>
    internal TimeSpan? At(double nowMs, int done, int total)
    {
        if (done == total)
        {
            return null;
        }

        if (_makespanMs is { } makespan)
        {
            return AtLeastOneSecond(makespan + _lateMs - nowMs);
        }

        return done == 0 ? null : AtLeastOneSecond((_lastEndMs / done * (total - done)) - (nowMs - _lastEndMs));
    }

    // What takes longer than was thought is not over yet.
    private static TimeSpan AtLeastOneSecond(double ms) => TimeSpan.FromMilliseconds(Math.Max(1000, ms));
}
