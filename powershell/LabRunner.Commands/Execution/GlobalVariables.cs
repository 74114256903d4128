using System.Linq.Expressions;
using System.Management.Automation;
using System.Reflection;

namespace LabRunner.Execution;

/// <summary>The variables of a session's global scope, without the cost of asking the variable provider.</summary>
/// <remarks>
/// The engine keeps them in a dictionary that it does not publish; it is read through a delegate made once (2 µs for all
/// of them, where the provider takes 30). Where a later engine has no such member the provider is asked.
/// </remarks>
internal static class GlobalVariables
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly Func<SessionState, IDictionary<string, PSVariable>>? Read = Find();

    /// <summary>All of them by name.</summary>
    internal static IEnumerable<KeyValuePair<string, PSVariable>> Of(SessionState session)
    {
        if (Read is not null)
        {
            return Read(session);
        }

        return session.InvokeProvider.ChildItem.Get("variable:", false)
            .Select(item => item.BaseObject)
            .OfType<PSVariable>()
            .Select(variable => new KeyValuePair<string, PSVariable>(variable.Name, variable));
    }

    private static Func<SessionState, IDictionary<string, PSVariable>>? Find()
    {
        var state = typeof(SessionState).GetProperty("Internal", Members);
        var scope = state?.PropertyType.GetProperty("GlobalScope", Members);
        var variables = scope?.PropertyType.GetProperty("Variables", Members);
        if (variables is null || !typeof(IDictionary<string, PSVariable>).IsAssignableFrom(variables.PropertyType))
        {
            return null;
        }

        var session = Expression.Parameter(typeof(SessionState));
        var body = Expression.Property(Expression.Property(Expression.Property(session, state!), scope!), variables);
        return Expression.Lambda<Func<SessionState, IDictionary<string, PSVariable>>>(
            Expression.Convert(body, typeof(IDictionary<string, PSVariable>)), session).Compile();
    }
}
