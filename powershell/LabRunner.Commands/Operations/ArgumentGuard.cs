using System.Collections;
using System.Management.Automation;
using System.Reflection;
using LabRunner.Engine;
using LabRunner.Errors;

namespace LabRunner.Operations;

/// <summary>What is wrong with a value that crosses into a worker.</summary>
/// <param name="Path">Where it is inside the value, such as <c>.Steps[2]</c>.</param>
/// <param name="What">What it is.</param>
/// <param name="Why">Why that does not work.</param>
/// <param name="Advice">What to do instead.</param>
/// <param name="IsWarning">Whether it works in part.</param>
internal sealed record BoundValue(string Path, string What, string Why, string Advice, bool IsWarning = false)
{
    /// <summary>The id of a finding about it.</summary>
    internal string Id => IsWarning ? LabRunnerError.BoundInstance : LabRunnerError.ScriptBlockInArgument;
}

/// <summary>Finds script of the caller's session among values that cross into a worker: as a block, a function, a member of an object, a class.</summary>
/// <remarks>
/// Such script runs in the session it was made in, also when another one calls it, and a session runs one thing at a time: called from a worker it
/// hangs, gives the value of another call, or none. Text, numbers and arrays of them are passed over at once. The walk through
/// a value ends at a limit of levels and items: what is deeper or more than that is data, and holds no script in practice.
/// </remarks>
internal static class ArgumentGuard
{
    private const int MaxDepth = 16;
    private const int MostItems = 10_000;

    private const string Elsewhere = "it belongs to the caller's session and cannot run in another one";

    /// <summary>Looks through a value of an operation, and says what is wrong with it.</summary>
    internal static IEnumerable<LabFinding> Check(object? value, string operation, string where)
    {
        if (Find(value) is { } bound)
        {
            yield return new LabFinding(bound.Id, $"Operation '{operation}' is given {bound.What} in {where}{bound.Path}: {bound.Why}.", operation, bound.Advice)
            {
                IsWarning = bound.IsWarning,
            };
        }
    }

    /// <summary>Whether a finding is one of these.</summary>
    internal static bool IsAbout(LabFinding finding) => finding.Id is LabRunnerError.ScriptBlockInArgument or LabRunnerError.BoundInstance;

    /// <summary>The first thing in a value that must not cross; else the first one that had better not.</summary>
    internal static BoundValue? Find(object? value)
    {
        if (value is null or string or ValueType)
        {
            return null;
        }

        var walk = new Walk();
        try
        {
            return walk.Find(value, 0) ?? walk.Doubtful;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // Somebody changes the collection at the moment.
            return walk.Doubtful;
        }
    }

    private static BoundValue? Of(object value) => value switch
    {
        ScriptBlock => new("", "a script block", Elsewhere, "Pass its text ({ … }.ToString()) and make a block of it there with [scriptblock]::Create()."),
        Delegate made when IsOfBlock(made) => new("", "a delegate that was made of a script block", Elsewhere, "Make the delegate in the operation."),
        FunctionInfo function => new("", $"the function '{function.Name}'", Elsewhere, $"Run it with -Functions {function.Name}, and call it by its name."),
        AliasInfo alias => new("", $"the alias '{alias.Name}'", Elsewhere, $"Pass the name '{alias.Definition}' of the command."),
        PSModuleInfo { SessionState: not null } module => new("", $"the module '{module.Name}'", Elsewhere, $"Run it with -Modules {module.Name}."),
        Type type when IsBound(type) => new(
            "",
            $"the PowerShell class '{type.Name}'",
            "its methods run in the session that defined it, and what they return can get lost",
            "Define the class in the operation, in -InitializationScript or in a module of -Modules."),
        Type => null,
        _ when IsBound(value.GetType()) => HasMethods(value.GetType())
            ? new(
                "",
                $"an instance of the PowerShell class '{value.GetType().Name}'",
                "its methods run in the session that the class was made in, one at a time, and what they return can get lost",
                "Mark the class with [NoRunspaceAffinity()], or pass its data only.")
            : new(
                "",
                "an instance of a PowerShell class",
                "it belongs to the session that the class was made in, though it can be read in another one",
                "Mark the class with [NoRunspaceAffinity()], or pass its data only.",
                IsWarning: true),
        _ => null,
    };

    // Classes of PowerShell scripts are in assemblies of their own, and bound unless they say otherwise.
    private static bool IsBound(Type type) =>
        IsScriptClass(type) && type.GetCustomAttributesData().All(data => data.AttributeType.Name != "NoRunspaceAffinityAttribute");

    private static bool IsScriptClass(Type type) =>
        type is { Assembly.IsDynamic: true, IsEnum: false } && type.Assembly.FullName?.StartsWith("PowerShell Class Assembly", StringComparison.Ordinal) == true;

    // The engine compiles it, with the block as a constant; the class that holds those is public, and not in the reference assemblies.
    private static bool IsOfBlock(Delegate made) =>
        made.Target is { } target && target.GetType() is { FullName: "System.Runtime.CompilerServices.Closure" } closure
        && closure.GetField("Constants")?.GetValue(target) is object[] constants && constants.Any(constant => constant is ScriptBlock);

    private static bool HasMethods(Type type)
    {
        for (var own = type; own is not null && IsScriptClass(own); own = own.BaseType)
        {
            if (own.GetTypeInfo().DeclaredMethods.Any(method => !method.IsSpecialName))
            {
                return true;
            }
        }

        return false;
    }

    private static BoundValue? OfMember(PSMemberInfo member) => member switch
    {
        PSScriptMethod => new($".{member.Name}", "an object with a script method", Elsewhere, "Add the method in the operation, or write what it does into the block."),
        PSScriptProperty => new($".{member.Name}", "an object with a script property", Elsewhere, "Pass its values: Select-Object -Property * makes plain properties of them."),
        _ => null,
    };

    private sealed class Walk
    {
        private int _items;

        /// <summary>What is worth a warning, where nothing must be refused.</summary>
        internal BoundValue? Doubtful { get; private set; }

        internal BoundValue? Find(object? value, int depth)
        {
            if (value is null or string || (value is ValueType and not DictionaryEntry) || depth > MaxDepth)
            {
                return null;
            }

            var plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
            if (plain is string or ValueType and not DictionaryEntry)
            {
                return OfMembers(value, depth);
            }

            if (++_items > MostItems)
            {
                return null;
            }

            if (plain is not PSObject && Of(plain) is { } bound)
            {
                if (!bound.IsWarning)
                {
                    return bound;
                }

                Doubtful ??= bound;
            }

            return OfMembers(value, depth) ?? OfItems(plain, depth);
        }

        private BoundValue? OfMembers(object value, int depth)
        {
            foreach (var member in AddedMembers.Of(value))
            {
                if (OfMember(member) is { } bound)
                {
                    return bound;
                }

                if (member is PSNoteProperty && Inside(member.Value, member.Name, depth) is { } inside)
                {
                    return inside;
                }
            }

            return null;
        }

        private BoundValue? OfItems(object value, int depth)
        {
            switch (value)
            {
                case DictionaryEntry entry:
                    return Inside(entry.Value, "Value", depth);
                case IDictionary dictionary:
                    foreach (DictionaryEntry entry in dictionary)
                    {
                        if (Inside(entry.Value, entry.Key, depth) is { } inside)
                        {
                            return inside;
                        }
                    }

                    return null;
                case IList list when list is not Array { Rank: > 1 }:
                    return IsPlain(list) ? null : OfList(list, depth);
                case IEnumerable some when value.GetType().Namespace?.StartsWith("System.Collections", StringComparison.Ordinal) == true:
                    return OfList(some, depth);
                case not (PSObject or Type) when IsScriptClass(value.GetType()):
                    return OfProperties(value, depth);
                default:
                    return null;
            }
        }

        private BoundValue? OfList(IEnumerable list, int depth)
        {
            var place = 0;
            foreach (var item in list)
            {
                if (_items > MostItems)
                {
                    return null;
                }

                if (Inside(item, place, depth) is { } inside)
                {
                    return inside;
                }

                place++;
            }

            return null;
        }

        // The properties of a class of script are fields; reading one runs nothing.
        private BoundValue? OfProperties(object value, int depth)
        {
            foreach (var property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
            {
                if (property.CanRead && IsScriptClass(property.DeclaringType!) && Inside(property.GetValue(value), property.Name, depth) is { } inside)
                {
                    return inside;
                }
            }

            return null;
        }

        // A step is a name, a key or a place in a list; it becomes text where something was found.
        private BoundValue? Inside<T>(object? value, T step, int depth)
        {
            var known = Doubtful;
            var found = Find(value, depth + 1);
            if (Doubtful is { } doubtful && !ReferenceEquals(doubtful, known))
            {
                Doubtful = doubtful with { Path = Text(step) + doubtful.Path };
            }

            return found is null ? null : found with { Path = Text(step) + found.Path };
        }

        private static string Text<T>(T step) => step is int place ? $"[{place}]" : $".{step}";

        private static bool IsPlain(IList list) =>
            list.GetType().GetElementType() is { } element && (element.IsPrimitive || element == typeof(string));
    }
}
