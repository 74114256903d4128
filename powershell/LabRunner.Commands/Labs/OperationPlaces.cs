using LabRunner.Interop;

namespace LabRunner.Labs;

/// <summary>Gives the findings about the operations of a lab file their places in it.</summary>
/// <remarks>
/// Where each parameter stands is asked for when something is wrong with one, by reading the file once more: unless the lab was not
/// read from its files.
/// </remarks>
internal sealed class OperationPlaces(LabReading lab, string? environment)
{
    private List<(string Path, LabPlace At)>? _places;

    /// <summary>The finding at the parameter it is about, else at its operation.</summary>
    internal LabConfigFinding Placed(LabFinding finding, LabDeclaredOperation operation) =>
        LabConfigFinding.Of(finding, OfParameter(finding) ?? operation.At);

    private LabPlace? OfParameter(LabFinding finding)
    {
        // Operations that a template makes have no place of their own for a parameter.
        var end = $"[{finding.Operation}].parameters.{finding.Parameter}";
        return finding.Parameter is null ? null : (_places ??= Read()).FirstOrDefault(known => EndsOrGoesOn(known.Path, end)).At;
    }

    private static bool EndsOrGoesOn(string path, string end) =>
        path.IndexOf(end, StringComparison.Ordinal) is >= 0 and var at && (path.Length == at + end.Length || path[at + end.Length] is '.' or '[');

    private List<(string Path, LabPlace At)> Read() =>
        lab.Recorded is not null ? [] : [.. (LabFile.ReadDocument(lab.Path, new LabReadOptions { Environment = environment, Explain = true }).Origins ?? []).Select(origin => (origin.Path, origin.At))];
}
