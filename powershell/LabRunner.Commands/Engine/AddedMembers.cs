using System.Management.Automation;

namespace LabRunner.Engine;

/// <summary>The members that were added to one object. The engine keeps them beside the object, whether it is wrapped or not.</summary>
internal static class AddedMembers
{
    /// <summary>Those of an object; of no other of its type.</summary>
    internal static IEnumerable<PSMemberInfo> Of(object value)
    {
        if (EngineMembers.AddedMembers.Method is not { } look)
        {
            return PSObject.AsPSObject(value).Members.Where(member => member.IsInstance);
        }

        object?[] arguments = [value, null];
        return look.Invoke(null, arguments) is true && arguments[1] is IEnumerable<PSMemberInfo> members ? members : [];
    }
}
