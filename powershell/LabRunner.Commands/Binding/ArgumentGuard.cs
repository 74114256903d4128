using System.Collections;
using System.Management.Automation;
using LabRunner.Errors;

namespace LabRunner.Binding;

/// <summary>Finds script blocks among values that cross into a worker, where they would run in the wrong session.</summary>
internal static class ArgumentGuard
{
    // Deeper structures are not looked through: they are data, and data that deep holds no script blocks in practice.
    private const int MaxDepth = 16;

    /// <summary>Where a script block is inside the value, such as <c>.Steps[2]</c>; nothing when there is none.</summary>
    internal static string? FindScriptBlock(object? value) => Find(value, static item => item is ScriptBlock, 0);

    /// <summary>Looks through a value that crosses into a worker, and says what is wrong with it.</summary>
    internal static IEnumerable<LabFinding> Check(object? value, string operation, string where)
    {
        if (FindScriptBlock(value) is { } path)
        {
            yield return Refusal(operation, where + path);
        }
        else if (Find(value, IsBound, 0) is { } bound)
        {
            yield return new LabFinding(
                LabRunnerError.BoundInstance,
                $"Operation '{operation}' is given an instance of a PowerShell class in {where}{bound}: its methods run in the session that the class was made in, one at a time, and hang while that session is busy.",
                operation,
                "Mark the class with [NoRunspaceAffinity()], or pass its data only.")
            {
                IsWarning = true,
            };
        }
    }

    // Classes of PowerShell scripts are in assemblies of their own, and bound unless they say otherwise.
    private static bool IsBound(object value) =>
        value.GetType() is { Assembly.IsDynamic: true, IsEnum: false } type
        && type.Assembly.FullName?.StartsWith("PowerShell Class Assembly", StringComparison.Ordinal) == true
        && type.GetCustomAttributesData().All(data => data.AttributeType.Name != "NoRunspaceAffinityAttribute");

    /// <summary>The finding about it.</summary>
    internal static LabFinding Refusal(string operation, string where) => new(
        LabRunnerError.ScriptBlockInArgument,
        $"Operation '{operation}' is given a script block in {where}: it belongs to the caller's session and cannot run in another one.",
        operation,
        "Pass its text ({ … }.ToString()) and make a block of it there with [scriptblock]::Create().");

    private static string? Find(object? value, Func<object, bool> isWanted, int depth)
    {
        if (depth > MaxDepth)
        {
            return null;
        }

        if (value is not (null or PSObject) && isWanted(value))
        {
            return "";
        }

        switch (value)
        {
            case null or string or ValueType:
                return null;
            case PSObject { BaseObject: PSCustomObject } custom:
                foreach (var property in custom.Properties)
                {
                    if (property.MemberType == PSMemberTypes.NoteProperty && Find(property.Value, isWanted, depth + 1) is { } inside)
                    {
                        return $".{property.Name}{inside}";
                    }
                }

                return null;
            case PSObject wrapped:
                return Find(wrapped.BaseObject, isWanted, depth);
            case IDictionary dictionary:
                foreach (DictionaryEntry entry in dictionary)
                {
                    if (Find(entry.Value, isWanted, depth + 1) is { } inside)
                    {
                        return $".{entry.Key}{inside}";
                    }
                }

                return null;
            case IList { Count: > 0 } list when list is not Array { Rank: > 1 } && !IsPlain(list):
                for (var i = 0; i < list.Count; i++)
                {
                    if (Find(list[i], isWanted, depth + 1) is { } inside)
                    {
                        return $"[{i}]{inside}";
                    }
                }

                return null;
            default:
                return null;
        }
    }

    private static bool IsPlain(IList list) =>
        list.GetType().GetElementType() is { } element && (element.IsPrimitive || element == typeof(string));
}
