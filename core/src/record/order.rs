//! An order to a run that is under way: what it asks for, who sent it, and what came of it.

use crate::error::{Fault, sentences};
use serde::{Deserialize, Serialize};

/// Characters of a name that are kept.
const LONGEST_NAME: usize = 200;

/// An order, as its sender writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its own id.
    pub id: String,
    /// The user who sent it.
    pub by: String,
    /// The process that sent it.
    pub pid: u32,
    /// When, RFC 3339 in UTC.
    pub sent_at: String,
    /// What is to be done.
    #[serde(flatten)]
    pub ask: Ask,
}

/// What an order asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Ask {
    /// Stop the run.
    Stop {
        /// Whether operations get no grace.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        kill: bool,
    },
    /// Start nothing more until the run is asked to go on.
    Suspend,
    /// Go on after that.
    Resume,
    /// Skip an operation.
    Skip {
        /// Its name or its id.
        operation: String,
    },
    /// Stop an operation, or end its pause, and start it again.
    Restart {
        /// Its name or its id.
        operation: String,
    },
    /// It could not be read.
    Unreadable,
}

/// The entry of an order, and the answer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The order.
    #[serde(flatten)]
    pub order: Order,
    /// Why it was refused; absent when it was obeyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// Why an order was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The id of the error that its sender gets.
    pub id: String,
    /// Whole sentences.
    pub message: String,
}

impl From<&Fault> for Refused {
    fn from(fault: &Fault) -> Self {
        Self { id: fault.id.to_owned(), message: sentences(&fault.message, fault.advice.as_deref()) }
    }
}

impl Order {
    /// One that cannot be read, but has a name.
    pub fn unreadable(id: String) -> Self {
        Self { id, by: String::new(), pid: 0, sent_at: String::new(), ask: Ask::Unreadable }
    }

    /// The same without anything that moves a cursor or fills a screen: these names come from outside.
    #[must_use]
    pub fn plain(mut self) -> Self {
        let ask = match &mut self.ask {
            Ask::Skip { operation } | Ask::Restart { operation } => Some(operation),
            Ask::Stop { .. } | Ask::Suspend | Ask::Resume | Ask::Unreadable => None,
        };
        for text in
            [Some(&mut self.id), Some(&mut self.by), Some(&mut self.sent_at), ask].into_iter().flatten()
        {
            *text = text.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        }
        self
    }

    /// Who sent it, for a sentence.
    fn sender(&self) -> String {
        let by = if self.by.is_empty() { "an unknown user" } else { &self.by };
        if self.pid == 0 { by.to_owned() } else { format!("{by} (process {})", self.pid) }
    }
}

impl Ordered {
    /// What came of it, as one sentence for people.
    pub fn sentence(&self) -> String {
        let sender = self.order.sender();
        if let Some(refused) = &self.refused {
            return format!("An order from {sender} was refused: {}", refused.message);
        }
        match &self.order.ask {
            Ask::Stop { kill: false } => format!("The run was stopped by {sender}."),
            Ask::Stop { kill: true } => format!("The run was killed by {sender}."),
            Ask::Suspend => format!("The run was suspended by {sender}. Resume-LabRun lets it go on."),
            Ask::Resume => format!("The run goes on: {sender} resumed it."),
            Ask::Skip { operation } => format!("Operation '{operation}' was skipped by {sender}."),
            Ask::Restart { operation } => format!("Operation '{operation}' was restarted by {sender}."),
            Ask::Unreadable => format!("An order from {sender} could not be read."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_order_and_its_entry_are_flat_documents() {
        let order = Order {
            id: "1".to_owned(),
            by: "ann".to_owned(),
            pid: 7,
            sent_at: "2026-01-01T00:00:00Z".to_owned(),
            ask: Ask::Skip { operation: "web".to_owned() },
        };
        let flat = json!({"id": "1", "by": "ann", "pid": 7, "sent_at": "2026-01-01T00:00:00Z", "order": "skip", "operation": "web"});
        assert_eq!(serde_json::to_value(&order).unwrap(), flat);
        assert_eq!(serde_json::from_value::<Order>(flat).unwrap(), order);
        let ordered = Ordered { order, refused: None };
        assert_eq!(ordered.sentence(), "Operation 'web' was skipped by ann (process 7).");
    }

    #[test]
    fn names_from_outside_have_no_control_characters_and_an_end() {
        let order = Order {
            by: "a\u{1b}[2Jb".to_owned(),
            ask: Ask::Restart { operation: "x\n".repeat(1_000) },
            ..Order::unreadable("1".to_owned())
        };
        let plain = order.plain();
        assert_eq!(plain.by, "a[2Jb");
        assert_eq!(plain.ask, Ask::Restart { operation: "x".repeat(LONGEST_NAME) });
    }
}
