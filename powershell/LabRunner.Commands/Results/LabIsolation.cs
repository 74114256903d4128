namespace LabRunner;

/// <summary>How far an operation is kept apart from those before and beside it.</summary>
public enum LabIsolation
{
    /// <summary>A warm runspace; what an operation changes in it is undone before the next one.</summary>
    Shared,

    /// <summary>A runspace that nothing has run in before and nothing will run in after.</summary>
    Runspace,

    /// <summary>A PowerShell process of its own.</summary>
    Process,
}
