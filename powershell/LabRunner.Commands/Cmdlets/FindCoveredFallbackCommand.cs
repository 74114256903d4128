using System.Management.Automation;
using LabRunner.Workers;

namespace LabRunner.Cmdlets;

/// <summary>
/// Prepares an import: registers the type data, and sets <c>$covered</c> to the module's fallback functions whose commands the session has
/// already, as provider paths.
/// </summary>
/// <remarks>
/// Asked by the script root before its functions exist. A cmdlet, because the same question in script costs every import
/// the drives of functions and aliases, and with them the tables of the culture: some fifteen milliseconds.
/// </remarks>
[Cmdlet(VerbsCommon.Find, "CoveredFallback")]
public sealed class FindCoveredFallbackCommand : PSCmdlet
{
    private static readonly string[] Fallbacks =
    [
        "Add-ProgressError",
        "Add-ProgressWarning",
        "Complete-ProgressOperation",
        "Start-ProgressOperation",
        "Update-ProgressOperation",
        "Write-CustomLog",
    ];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TypeViews.Register(this);
        List<string>? covered = null;
        foreach (var name in Fallbacks)
        {
            // Only what is loaded already: looking for a module that could be loaded would take long, and load it.
            foreach (var command in InvokeCommand.GetCommands(name, CommandTypes.Function | CommandTypes.Alias | CommandTypes.Cmdlet, nameIsPattern: false))
            {
                // A worker's stub is not another module's command: it is what brought this import about.
                if (!command.Definition.TrimStart().StartsWith(WorkerCommands.StubMark, StringComparison.Ordinal))
                {
                    (covered ??= []).Add("function:" + name);
                }

                break;
            }
        }

        // Into the variable rather than the pipeline, which an import would have to build first.
        if (covered is not null)
        {
            SessionState.PSVariable.Set("covered", covered.ToArray());
        }
    }
}
