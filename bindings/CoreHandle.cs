using System.Runtime.InteropServices;

namespace LabRunner.Interop;

/// <summary>
/// A handle of the core. Calls hold a reference while they run, so a dispose during a call takes
/// effect after it; a call on a disposed handle throws before it reaches the core.
/// </summary>
internal sealed class CoreHandle : SafeHandle
{
    internal CoreHandle(ulong value)
        : base(IntPtr.Zero, ownsHandle: true) => SetHandle(unchecked((nint)value));

    public override bool IsInvalid => handle == IntPtr.Zero;

    internal ulong Value => unchecked((ulong)handle);

    /// <summary>Calls the core with this handle.</summary>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    internal T Use<T>(Func<ulong, T> call)
    {
        bool added = false;
        try
        {
            DangerousAddRef(ref added);
            return call(Value);
        }
        finally
        {
            if (added)
            {
                DangerousRelease();
            }
        }
    }

    protected override bool ReleaseHandle()
    {
        Generated.LabReply reply = Generated.Interop.lab_release(Value);
        return reply.status == Replies.Ok;
    }
}
