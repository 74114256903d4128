using LabRunner.Interop;
using LabRunner.Workers;

namespace LabRunner.Runs;

/// <summary>The slots of a run that was started inside an operation of another one.</summary>
/// <remarks>
/// The operation waits for the run, so that the run has the operation's slot. More than that one it borrows from the
/// outer run, as many as are free there at the moment and without ever waiting: the outer limit holds for both, and
/// neither can wait for the other. Slots that it no longer has work for go back at once.
/// </remarks>
internal sealed class BorrowedSlots
{
    private readonly object _gate = new();
    private readonly RunSession _outer;
    private readonly int _wanted;
    private int _borrowed;
    private bool _returned;

    private BorrowedSlots(RunSession outer, int wanted, int operations)
    {
        _outer = outer;
        _wanted = wanted;
        _borrowed = outer.Lend(Math.Min(wanted, operations) - 1);
    }

    /// <summary>How many slots the run has to begin with.</summary>
    internal int Slots => 1 + _borrowed;

    /// <summary>Borrows for a run that the operation on this thread starts; nothing when no operation does.</summary>
    internal static BorrowedSlots? Of(int wanted, int operations) =>
        Worker.OnThisThread?.Run is { } outer ? new BorrowedSlots(outer, wanted, operations) : null;

    /// <summary>Gives back the slots that the operations left do not need, or borrows those that they could use.</summary>
    internal void Adjust(RunHandle run, int operations)
    {
        lock (_gate)
        {
            var needed = Math.Max(0, Math.Min(_wanted, operations) - 1);
            if (_returned || needed == _borrowed)
            {
                return;
            }

            var before = _borrowed;
            if (needed > before)
            {
                _borrowed += _outer.Lend(needed - before);
            }
            else
            {
                _borrowed = needed;
            }

            if (_borrowed != before)
            {
                run.Resize(Slots);
            }

            if (_borrowed < before)
            {
                // Only now is it certain that nothing more is started with them.
                _outer.TakeBack(before - _borrowed);
            }
        }
    }

    /// <summary>Gives everything back.</summary>
    internal void Return()
    {
        lock (_gate)
        {
            if (!_returned)
            {
                _returned = true;
                _outer.TakeBack(_borrowed);
            }
        }
    }
}
