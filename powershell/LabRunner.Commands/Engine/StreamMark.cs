using System.Linq.Expressions;
using System.Management.Automation;
using LabRunner.Streams;

namespace LabRunner.Engine;

/// <summary>Tells which stream a merged object came from.</summary>
/// <remarks>
/// After <c>*>&amp;1</c> an error record that was output and one that was written look alike, but for a mark that the
/// engine keeps on the object and does not publish. It is read through a delegate made once; where a later engine has
/// no such mark the type of the object decides.
/// </remarks>
internal static class StreamMark
{
    private static readonly Func<PSObject, int>? Read = Find();

    /// <summary>The stream the object was written to.</summary>
    internal static LabStream Of(PSObject item) => Read is null ? ByType(item) : Read(item) switch
    {
        2 => LabStream.Error,
        3 => LabStream.Warning,
        4 => LabStream.Verbose,
        5 => LabStream.Debug,
        6 => LabStream.Information,
        _ => LabStream.Output,
    };

    private static LabStream ByType(PSObject item) => item.BaseObject switch
    {
        // The engine does not mark what a program writes to its standard error either.
        ErrorRecord text when OperationRecorder.IsProgramText(text) => LabStream.Output,
        ErrorRecord => LabStream.Error,
        WarningRecord => LabStream.Warning,
        VerboseRecord => LabStream.Verbose,
        DebugRecord => LabStream.Debug,
        InformationRecord => LabStream.Information,
        _ => LabStream.Output,
    };

    private static Func<PSObject, int>? Find()
    {
        var mark = EngineMembers.WriteStream.Property;
        if (mark is null || !mark.PropertyType.IsEnum || Enum.GetName(mark.PropertyType, 2) != "Error" || Enum.GetName(mark.PropertyType, 6) != "Information")
        {
            return null;
        }

        var item = Expression.Parameter(typeof(PSObject));
        return Expression.Lambda<Func<PSObject, int>>(Expression.Convert(Expression.Property(item, mark), typeof(int)), item).Compile();
    }
}
