//! Civil time: calendars and working days.
