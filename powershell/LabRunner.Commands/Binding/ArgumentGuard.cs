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
    internal static string? FindScriptBlock(object? value) => Find(value, 0);

    /// <summary>The finding about it.</summary>
    internal static LabFinding Refusal(string operation, string where) => new(
        LabRunnerError.ScriptBlockInArgument,
        $"Operation '{operation}' is given a script block in {where}: it belongs to the caller's session and cannot run in another one.",
        operation,
        "Pass its text ({ … }.ToString()) and make a block of it there with [scriptblock]::Create().");

    private static string? Find(object? value, int depth)
    {
        if (depth > MaxDepth)
        {
            return null;
        }

        switch (value)
        {
            case null or string or ValueType:
                return null;
            case ScriptBlock:
                return "";
            case PSObject { BaseObject: PSCustomObject } custom:
                foreach (var property in custom.Properties)
                {
                    if (property.MemberType == PSMemberTypes.NoteProperty && Find(property.Value, depth + 1) is { } inside)
                    {
                        return $".{property.Name}{inside}";
                    }
                }

                return null;
            case PSObject wrapped:
                return Find(wrapped.BaseObject, depth);
            case IDictionary dictionary:
                foreach (DictionaryEntry entry in dictionary)
                {
                    if (Find(entry.Value, depth + 1) is { } inside)
                    {
                        return $".{entry.Key}{inside}";
                    }
                }

                return null;
            case IList { Count: > 0 } list when list is not Array { Rank: > 1 } && !IsPlain(list):
                for (var i = 0; i < list.Count; i++)
                {
                    if (Find(list[i], depth + 1) is { } inside)
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
