namespace LabRunner.Operations;

/// <summary>Reads how far an operation is kept apart.</summary>
internal static class Isolations
{
    /// <summary>The isolation of that name, whatever its case; nothing for any other text.</summary>
    internal static LabIsolation? Read(string? text) =>
        Enum.TryParse<LabIsolation>(text?.Trim(), ignoreCase: true, out var isolation) && Enum.IsDefined(isolation) && !int.TryParse(text, out _) ? isolation : null;
}
