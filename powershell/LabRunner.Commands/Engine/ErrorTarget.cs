using System.Management.Automation;

namespace LabRunner.Engine;

/// <summary>Makes the operation the target of an error that names none, so that the record alone says where it comes from.</summary>
/// <remarks>The engine sets the target of a record that exists by a method that it does not publish; without it the category's name of the target is set.</remarks>
internal static class ErrorTarget
{
    private static readonly Action<ErrorRecord, object>? Set = EngineMembers.TargetObject.Delegate<Action<ErrorRecord, object>>();

    /// <summary>The same record.</summary>
    internal static ErrorRecord Of(ErrorRecord error, string operation)
    {
        if (error.TargetObject is not null)
        {
            return error;
        }

        if (Set is not null)
        {
            Set(error, operation);
        }
        else if (string.IsNullOrEmpty(error.CategoryInfo.TargetName))
        {
            error.CategoryInfo.TargetName = operation;
        }

        return error;
    }
}
