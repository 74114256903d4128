using System.Diagnostics;

namespace LabRunner.Runs;

/// <summary>A moment, and the time that has passed since: what is done to the machine's clock meanwhile, or by summer time, does not count.</summary>
internal sealed class Watch
{
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>The moment, in local time.</summary>
    internal DateTime Start { get; } = DateTime.Now;

    /// <summary>This moment, as long after that one as it is.</summary>
    internal DateTime Now => Start + Stopwatch.GetElapsedTime(_began);
}
