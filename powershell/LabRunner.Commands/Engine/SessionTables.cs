using System.Management.Automation;

namespace LabRunner.Engine;

/// <summary>What a session's global scope holds, without the cost of asking the providers.</summary>
/// <remarks>
/// The engine keeps it in dictionaries that it does not publish; they are read through delegates on the session's own
/// scope (2 µs for all variables, where the provider takes 30). Where a later engine has no such member the provider is
/// asked. Compiled expressions would read as fast, but take the first operation longer to make than its session.
/// </remarks>
internal sealed class SessionTables
{
    // The engine's type for a variable that lives in the compiled script which runs in the scope, such as $args of the worker's own loop.
    // It is gone when that script is, and nothing can remove it earlier.
    private const string LocalOfScript = "LocalVariable";

    private readonly SessionState _session;
    private readonly Func<IDictionary<string, PSVariable>>? _variables;
    private readonly Func<IDictionary<string, FunctionInfo>>? _functions;
    private readonly Func<IEnumerable<AliasInfo>>? _aliases;
    private readonly Func<Dictionary<string, PSDriveInfo>?>? _drives;
    private readonly Func<Dictionary<string, Stack<PathInfo>>>? _stacks;
    private readonly Func<Version?>? _strictMode;
    private readonly Action<Version?>? _setStrictMode;

    internal SessionTables(SessionState session)
    {
        _session = session;
        var state = EngineMembers.Session.Property?.GetValue(session);
        var scope = state is null ? null : EngineMembers.GlobalScope.Property?.GetValue(state);
        _variables = Reader<IDictionary<string, PSVariable>>(EngineMembers.Variables, scope);
        _functions = Reader<IDictionary<string, FunctionInfo>>(EngineMembers.Functions, scope);
        _aliases = Reader<IEnumerable<AliasInfo>>(EngineMembers.Aliases, scope);
        _drives = Reader<Dictionary<string, PSDriveInfo>?>(EngineMembers.Drives, scope);
        _stacks = Reader<Dictionary<string, Stack<PathInfo>>>(EngineMembers.LocationStacks, state);
        _strictMode = Reader<Version?>(EngineMembers.StrictMode, scope);
        _setStrictMode = scope is not null && EngineMembers.StrictMode.Property is { SetMethod: { } setter } property && property.PropertyType == typeof(Version) ? setter.CreateDelegate<Action<Version?>>(scope) : null;
    }

    /// <summary>The variables by name.</summary>
    internal IEnumerable<KeyValuePair<string, PSVariable>> Variables =>
        _variables?.Invoke() ?? Items<PSVariable>("variable:").Select(variable => Global(variable.Name)).OfType<PSVariable>().Where(variable => variable.GetType().Name != LocalOfScript).Select(variable => new KeyValuePair<string, PSVariable>(variable.Name, variable));

    /// <summary>The functions by name.</summary>
    internal IEnumerable<KeyValuePair<string, FunctionInfo>> Functions =>
        _functions?.Invoke() ?? Items<FunctionInfo>("function:").Select(function => new KeyValuePair<string, FunctionInfo>(function.Name, function));

    /// <summary>The aliases.</summary>
    internal IEnumerable<AliasInfo> Aliases => _aliases?.Invoke() ?? Items<AliasInfo>("alias:");

    /// <summary>The drives that somebody made, and not the system by itself.</summary>
    internal ICollection<PSDriveInfo> Drives =>
        _drives is not null ? _drives()?.Values ?? (ICollection<PSDriveInfo>)[] : _session.Drive.GetAllAtScope("global");

    /// <summary>The stacks of Push-Location by name; nothing where the engine does not show them.</summary>
    internal Dictionary<string, Stack<PathInfo>>? LocationStacks => _stacks?.Invoke();

    /// <summary>The strict mode of the global scope.</summary>
    internal Version? StrictMode
    {
        get => _strictMode?.Invoke();
        set => _setStrictMode?.Invoke(value);
    }

    // The provider also gives those of the scopes in between, in place of global ones with that name.
    private PSVariable? Global(string name) => _session.PSVariable.Get("global:" + name);

    private IEnumerable<T> Items<T>(string drive) =>
        _session.InvokeProvider.ChildItem.Get(drive, false).Select(item => item.BaseObject).OfType<T>();

    // The member of that object; null when this engine has none, or one of another type.
    private static Func<T>? Reader<T>(EngineMember member, object? owner)
    {
        if (owner is null)
        {
            return null;
        }

        if (member.Property is { GetMethod: { } getter } property && typeof(T).IsAssignableFrom(property.PropertyType))
        {
            return getter.CreateDelegate<Func<T>>(owner);
        }

        return member.Field is { } field && typeof(T).IsAssignableFrom(field.FieldType) ? () => (T)field.GetValue(owner)! : null;
    }
}
