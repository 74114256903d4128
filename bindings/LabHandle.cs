using static LabRunner.Interop.Replies;
using Native = LabRunner.Interop.Generated.Interop;

namespace LabRunner.Interop;

/// <summary>A lab file that the core has read: plans are made of it, as many as are wanted, and it is read once.</summary>
public sealed class LabHandle : IDisposable
{
    private LabHandle(ulong value) => Handle = new CoreHandle(value);

    private CoreHandle Handle { get; }

    /// <summary>Reads a lab file; one with faults gives a handle too.</summary>
    /// <exception cref="LabCoreException">The options are malformed.</exception>
    public static LabHandle Open(ReadOnlySpan<byte> document, ReadOnlySpan<byte> options)
    {
        NativeLoader.EnsureLoaded();
        return new LabHandle(Native.lab_open(ref Reference(document), (ulong)document.Length, ref Reference(options), (ulong)options.Length).Value());
    }

    /// <summary>What was read, and every finding.</summary>
    public LabDescription Describe() =>
        Handle.Use(static lab => Native.lab_describe(lab).Read(CoreJson.Default.LabDescription));

    /// <summary>Compiles a plan of the lab.</summary>
    /// <exception cref="LabCoreException">The lab or the options have faults; the exception carries all of them.</exception>
    public PlanHandle Compile(byte[] options) =>
        new(Handle.Use(lab => Native.lab_plan_compile_lab(lab, ref Reference(options), (ulong)options.Length).Value()));

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
