using System.Linq.Expressions;
using System.Management.Automation;
using System.Reflection;

namespace LabRunner.Execution;

/// <summary>What a session's global scope holds, without the cost of asking the providers.</summary>
/// <remarks>
/// The engine keeps it in dictionaries that it does not publish; they are read through delegates made once (2 µs for all
/// variables, where the provider takes 30). Where a later engine has no such member the provider is asked.
/// </remarks>
internal static class SessionTables
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly PropertyInfo? State = typeof(SessionState).GetProperty("Internal", Members);
    private static readonly PropertyInfo? Scope = State?.PropertyType.GetProperty("GlobalScope", Members);

    private static readonly Func<SessionState, IDictionary<string, PSVariable>>? ReadVariables = Reader<IDictionary<string, PSVariable>>(Scope, "Variables");
    private static readonly Func<SessionState, IDictionary<string, FunctionInfo>>? ReadFunctions = Reader<IDictionary<string, FunctionInfo>>(Scope, "FunctionTable");
    private static readonly Func<SessionState, IEnumerable<AliasInfo>>? ReadAliases = Reader<IEnumerable<AliasInfo>>(Scope, "AliasTable");
    private static readonly Func<SessionState, Dictionary<string, PSDriveInfo>?>? ReadDrives = Reader<Dictionary<string, PSDriveInfo>?>(Scope, "_drives");
    private static readonly Func<SessionState, Dictionary<string, Stack<PathInfo>>>? ReadStacks = Reader<Dictionary<string, Stack<PathInfo>>>(null, "_workingLocationStack", "workingLocationStack");
    private static readonly Func<SessionState, Version?>? ReadStrictMode = Reader<Version?>(Scope, "StrictModeVersion");
    private static readonly Action<SessionState, Version?>? WriteStrictMode = Writer<Version?>("StrictModeVersion");

    /// <summary>The variables by name.</summary>
    internal static IEnumerable<KeyValuePair<string, PSVariable>> Variables(SessionState session) =>
        ReadVariables is not null
            ? ReadVariables(session)
            : Items<PSVariable>(session, "variable:").Select(variable => new KeyValuePair<string, PSVariable>(variable.Name, variable));

    /// <summary>The functions by name.</summary>
    internal static IEnumerable<KeyValuePair<string, FunctionInfo>> Functions(SessionState session) =>
        ReadFunctions is not null
            ? ReadFunctions(session)
            : Items<FunctionInfo>(session, "function:").Select(function => new KeyValuePair<string, FunctionInfo>(function.Name, function));

    /// <summary>The aliases.</summary>
    internal static IEnumerable<AliasInfo> Aliases(SessionState session) =>
        ReadAliases is not null ? ReadAliases(session) : Items<AliasInfo>(session, "alias:");

    /// <summary>The drives that somebody made, and not the system by itself.</summary>
    internal static ICollection<PSDriveInfo> Drives(SessionState session) =>
        ReadDrives is not null ? ReadDrives(session)?.Values ?? (ICollection<PSDriveInfo>)[] : session.Drive.GetAllAtScope("global");

    /// <summary>The stacks of Push-Location by name; nothing where the engine does not show them.</summary>
    internal static Dictionary<string, Stack<PathInfo>>? LocationStacks(SessionState session) => ReadStacks?.Invoke(session);

    /// <summary>The strict mode of the global scope.</summary>
    internal static Version? StrictMode(SessionState session) => ReadStrictMode?.Invoke(session);

    /// <summary>Sets the strict mode of the global scope.</summary>
    internal static void SetStrictMode(SessionState session, Version? version) => WriteStrictMode?.Invoke(session, version);

    private static IEnumerable<T> Items<T>(SessionState session, string drive) =>
        session.InvokeProvider.ChildItem.Get(drive, false).Select(item => item.BaseObject).OfType<T>();

    // A member of the scope, or of the session state itself when there is none; under the first of the names it has.
    private static Func<SessionState, T>? Reader<T>(PropertyInfo? scope, params string[] names)
    {
        var owner = scope ?? State;
        var member = names.Select(name => Member(owner?.PropertyType, name)).FirstOrDefault(found => found is not null);
        if (member is null)
        {
            return null;
        }

        var session = Expression.Parameter(typeof(SessionState));
        Expression target = Expression.Property(session, State!);
        if (scope is not null)
        {
            target = Expression.Property(target, scope);
        }

        var value = Expression.MakeMemberAccess(target, member);
        return typeof(T).IsAssignableFrom(value.Type) ? Expression.Lambda<Func<SessionState, T>>(Expression.Convert(value, typeof(T)), session).Compile() : null;
    }

    private static Action<SessionState, T>? Writer<T>(string name)
    {
        if (Scope is null || Scope.PropertyType.GetProperty(name, Members) is not { CanWrite: true } property || property.PropertyType != typeof(T))
        {
            return null;
        }

        var session = Expression.Parameter(typeof(SessionState));
        var value = Expression.Parameter(typeof(T));
        var target = Expression.Property(Expression.Property(Expression.Property(session, State!), Scope), property);
        return Expression.Lambda<Action<SessionState, T>>(Expression.Assign(target, value), session, value).Compile();
    }

    private static MemberInfo? Member(Type? type, string name) => (MemberInfo?)type?.GetProperty(name, Members) ?? type?.GetField(name, Members);
}
