using System.Text.Json;
using static LabRunner.Interop.Replies;
using Native = LabRunner.Interop.Generated.Interop;

namespace LabRunner.Interop;

/// <summary>A checked plan: the only thing a run accepts.</summary>
public sealed class PlanHandle : IDisposable
{
    internal PlanHandle(ulong value) => Handle = new CoreHandle(value);

    internal CoreHandle Handle { get; }

    /// <summary>Checks a request and compiles it.</summary>
    /// <exception cref="LabCoreException">The request has faults; the exception carries all of them.</exception>
    public static PlanHandle Compile(ReadOnlySpan<byte> request)
    {
        NativeLoader.EnsureLoaded();
        return new PlanHandle(Native.lab_plan_compile(ref Reference(request), (ulong)request.Length).Value());
    }

    /// <summary>What a selection has left of the operations: those that stay, by their places, and the others with the reason; nothing where all were wanted.</summary>
    public LabPlanSelection? Selected() =>
        JsonSerializer.Deserialize(Handle.Use(static plan => Native.lab_plan_selected(plan).Document()), CoreJson.Default.LabPlanSelection);

    /// <summary>The plan: levels, order, critical path.</summary>
    public LabPlanDescription Describe() =>
        Handle.Use(static plan => Native.lab_plan_describe(plan).Read(CoreJson.Default.LabPlanDescription));

    /// <summary>When each operation starts and ends if the estimates hold.</summary>
    /// <exception cref="LabCoreException">The options make no sense, or the estimates add up to more than can be planned.</exception>
    public LabSchedule Preview(LabScheduleOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        byte[] request = JsonSerializer.SerializeToUtf8Bytes(options, CoreJson.Default.LabScheduleOptions);
        return LabSchedule.Parse(Handle.Use(plan => Native.lab_plan_preview(plan, ref Reference(request), (ulong)request.Length).Document()));
    }

    /// <summary>What a run with these options would do with each operation, as far as that can be foreseen.</summary>
    public OperationOutlook[] Outlook(byte[] options) =>
        Handle.Use(plan => Native.lab_plan_outlook(plan, ref Reference(options), (ulong)options.Length).Read(CoreJson.Default.OperationOutlookArray));

    /// <summary>What a run with these options would take over from the one that it resumes or undoes.</summary>
    /// <exception cref="LabCoreException">That run cannot be resumed or undone.</exception>
    public ResumePreview PreviewResume(byte[] options) =>
        Handle.Use(plan => Native.lab_resume_preview(plan, ref Reference(options), (ulong)options.Length).Read(ResumeJson.Default.ResumePreview));

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
