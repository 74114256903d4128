using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LabRunner;

/// <summary>A completer that a function's parameter names in a script block.</summary>
/// <remarks>
/// The type itself as the attribute's argument would be looked for, in every assembly of the process, while the script root
/// is parsed: a quarter of a millisecond each, at every import.
/// </remarks>
public abstract class LabCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public abstract IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters);

    /// <summary>The same, with the arguments of a script block.</summary>
    /// <param name="arguments">Five: what <see cref="CompleteArgument"/> gets.</param>
    /// <returns>What fits.</returns>
    public IEnumerable<CompletionResult> Complete(params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments is [var command, var parameter, var word, CommandAst ast, IDictionary bound]
            ? CompleteArgument($"{command}", $"{parameter}", $"{word}", ast, bound)
            : [];
    }
}
