namespace LabRunner.Interop;

/// <summary>What a worker gets when it asks for work.</summary>
public enum TicketState
{
    /// <summary>Nothing yet; the wait is over.</summary>
    Idle = 0,

    /// <summary>Run the operation.</summary>
    Work = 1,

    /// <summary>Somebody woke this worker.</summary>
    Woken = 2,

    /// <summary>The run needs this worker no more.</summary>
    Over = 3,
}

/// <summary>The answer to a worker that asks for work.</summary>
/// <param name="State">What it is.</param>
/// <param name="Operation">The operation's place in the plan, with <see cref="TicketState.Work"/>.</param>
/// <param name="Attempt">Which attempt, from 1.</param>
public readonly record struct Ticket(TicketState State, uint Operation, uint Attempt)
{
    internal static Ticket From(Generated.LabTicket ticket) =>
        ticket.state <= (uint)TicketState.Over
            ? new Ticket((TicketState)ticket.state, ticket.operation, ticket.attempt)
            : throw Replies.Fault(ticket.fault, ticket.length);
}

/// <summary>How a run is canceled.</summary>
public enum CancelMode
{
    /// <summary>Everything is asked to stop and has its grace.</summary>
    Graceful = 0,

    /// <summary>Everything is killed.</summary>
    Hard = 1,
}

/// <summary>What is sent to everything that an attempt has started.</summary>
public enum MarkedSignal
{
    /// <summary>Nothing: it is only counted.</summary>
    None = 0,

    /// <summary>It is asked to end.</summary>
    Terminate = 1,

    /// <summary>It is killed.</summary>
    Kill = 2,
}
