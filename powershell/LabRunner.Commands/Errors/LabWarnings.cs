using System.Management.Automation;

namespace LabRunner.Errors;

/// <summary>Shows the warnings that were found in operations.</summary>
internal static class LabWarnings
{
    // What a loop gives to a thousand operations is one warning.
    private const int Named = 3;

    /// <summary>Writes them; faults are passed over, for they come in an error of their own.</summary>
    internal static void Write(PSCmdlet voice, IEnumerable<LabFinding> findings)
    {
        foreach (var text in Texts(findings))
        {
            voice.WriteWarning(text);
        }
    }

    /// <summary>The texts, the same of many operations as one.</summary>
    internal static IEnumerable<string> Texts(IEnumerable<LabFinding> findings)
    {
        foreach (var alike in findings.Where(finding => finding.IsWarning).GroupBy(finding => finding.OfSeveral ?? (object)finding))
        {
            LabFinding[] group = [.. alike];
            if (group.Length <= Named)
            {
                foreach (var finding in group)
                {
                    yield return finding.ToString();
                }
            }
            else
            {
                yield return $"{group.Length} operations {group[0].OfSeveral}: {string.Join(", ", group.Take(Named).Select(finding => $"'{finding.Operation}'"))} and {group.Length - Named} more.{(group[0].Advice is { } advice ? $" {advice}" : "")}";
            }
        }
    }
}
