using LabRunner.Runs;

namespace LabRunner.Progress;

/// <summary>Shows how far a run is. Called by the thread that may write, and by no other.</summary>
internal interface IProgressView
{
    /// <summary>For how many milliseconds nothing needs to be drawn, should nothing happen; -1 for ever.</summary>
    int NextWait(RunProgress progress);

    /// <summary>Draws, if it is time to.</summary>
    void Draw(RunProgress progress);

    /// <summary>An operation came into another state.</summary>
    void Changed(OperationDefinition operation, string state, LabOperationResult? result);

    /// <summary>The run is over: nothing may stay on the screen.</summary>
    void Close(RunProgress progress);
}
