using System.Reflection;

namespace LabRunner.Engine;

/// <summary>A member of PowerShell's engine that the engine does not publish.</summary>
/// <param name="Name">The type and the member, as in PowerShell's source.</param>
/// <param name="Gives">What LabRunner uses it for.</param>
/// <param name="Without">What happens in an engine that has no such member.</param>
/// <param name="Find">Looks it up; null when the engine does not have it, or has one of another type by this name.</param>
internal sealed record EngineMember(string Name, string Gives, string Without, Func<MemberInfo?> Find)
{
    private readonly Lazy<MemberInfo?> _found = new(Find, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Whether this engine has it, whether or not it is used.</summary>
    internal bool Exists => _found.Value is not null;

    /// <summary>Whether it guards what a script may do. Such a member is always used.</summary>
    internal bool GuardsSecurity { get; init; }

    /// <summary>The property; null when the engine has none.</summary>
    internal PropertyInfo? Property => Used as PropertyInfo;

    /// <summary>The field; null when the engine has none.</summary>
    internal FieldInfo? Field => Used as FieldInfo;

    /// <summary>The method; null when the engine has none.</summary>
    internal MethodInfo? Method => Used as MethodInfo;

    /// <summary>The constructor; null when the engine has none.</summary>
    internal ConstructorInfo? Constructor => Used as ConstructorInfo;

    /// <summary>The type of the property's or the field's value.</summary>
    internal Type? ValueType => (_found.Value as PropertyInfo)?.PropertyType ?? (_found.Value as FieldInfo)?.FieldType;

    private MemberInfo? Used => EngineMembers.AreUsed || GuardsSecurity ? _found.Value : null;

    /// <summary>Calls the property's getter or the method; null when the engine has neither.</summary>
    internal T? Delegate<T>()
        where T : Delegate => (Method ?? Property?.GetMethod)?.CreateDelegate<T>();

    /// <summary>Calls the property's setter; null when the engine has none.</summary>
    internal T? Setter<T>()
        where T : Delegate => Property?.SetMethod?.CreateDelegate<T>();
}
