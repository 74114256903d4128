namespace LabRunner.Progress;

/// <summary>Shows how far a run is. Called by the thread that may write, and by no other.</summary>
internal interface IProgressView
{
    /// <summary>For how many milliseconds nothing needs to be drawn, should nothing happen; -1 for ever.</summary>
    int NextWait(RunProgress progress);

    /// <summary>Draws, if it is time to.</summary>
    void Draw(RunProgress progress);

    /// <summary>An operation came into another state.</summary>
    void Changed(string operation, string state);

    /// <summary>An operation ended, or will never start.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="state">How.</param>
    /// <param name="took">How long it took; nothing when it never started.</param>
    /// <param name="error">Why not well.</param>
    void Ended(string operation, string state, TimeSpan? took, string? error);

    /// <summary>The run is over: nothing may stay on the screen.</summary>
    void Close(RunProgress progress);
}
