BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE "corrections" (
	network VARCHAR(64) NOT NULL, 
	message_id BIGINT NOT NULL, 
	place SMALLINT NOT NULL, 
	prediction SMALLINT NOT NULL, 
	label SMALLINT NOT NULL, 
	CONSTRAINT pk_corrections PRIMARY KEY (network, message_id, place), 
	CONSTRAINT ck_corrections_place CHECK (place >= 0), 
	CONSTRAINT ck_corrections_label CHECK (label BETWEEN -1 AND 9 AND label <> prediction), 
	CONSTRAINT ck_corrections_prediction CHECK (prediction BETWEEN -1 AND 9)
);
INSERT INTO "corrections" VALUES('51a2ff37',1456074443980800040,0,7,3);
CREATE TABLE daily_digits (
	server_id BIGINT NOT NULL, 
	day DATE NOT NULL, 
	channel_id BIGINT NOT NULL, 
	message_id BIGINT, 
	digit SMALLINT NOT NULL, 
	retry_at DATETIME NOT NULL, 
	problem VARCHAR(16), 
	CONSTRAINT pk_daily_digits PRIMARY KEY (server_id, day)
);
INSERT INTO "daily_digits" VALUES(<guild>,'2025-12-31',<elsewhere>,1456572727296000000,2129,'2026-01-02 09:02:00.000000',NULL);
INSERT INTO "daily_digits" VALUES(<guild>,'2026-01-02',<elsewhere>,1456935115161600000,7565,'2026-01-03 09:02:00.000000',NULL);
CREATE TABLE following (
	session_id INTEGER NOT NULL, 
	lesson VARCHAR(32) NOT NULL, 
	screen SMALLINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	follows BOOLEAN NOT NULL, 
	CONSTRAINT pk_following PRIMARY KEY (session_id, lesson, screen, user_id), 
	CONSTRAINT fk_following_session_id_sessions FOREIGN KEY(session_id) REFERENCES sessions (session_id) ON DELETE CASCADE
);
INSERT INTO "following" VALUES(1,'reading',0,<bora>,1);
CREATE TABLE host_roles (
	server_id BIGINT NOT NULL, 
	role_id BIGINT NOT NULL, 
	CONSTRAINT pk_host_roles PRIMARY KEY (server_id, role_id)
);
CREATE TABLE lesson_answers (
	user_id BIGINT NOT NULL, 
	session_id INTEGER NOT NULL, 
	lesson VARCHAR(32) NOT NULL, 
	question SMALLINT NOT NULL, 
	choice SMALLINT NOT NULL, 
	"right" BOOLEAN NOT NULL, 
	answered_at DATETIME NOT NULL, 
	CONSTRAINT pk_lesson_answers PRIMARY KEY (user_id, session_id, lesson, question)
);
INSERT INTO "lesson_answers" VALUES(<alex>,0,'data',0,0,0,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'preparing',0,0,0,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'network',0,0,0,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'feature-maps',0,0,1,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'loss',0,0,0,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'training',0,0,0,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'derivatives',0,0,0,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'grad-cam',0,0,0,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'reading',0,0,0,'2026-01-02 00:05:10.000000');
INSERT INTO "lesson_answers" VALUES(<alex>,0,'deceptions',0,0,0,'2026-01-02 00:05:10.000000');
CREATE TABLE lesson_progress (
	user_id BIGINT NOT NULL, 
	lesson VARCHAR(32) NOT NULL, 
	screen SMALLINT NOT NULL, 
	digit SMALLINT NOT NULL, 
	finished_at DATETIME, 
	touched_at DATETIME NOT NULL, 
	CONSTRAINT pk_lesson_progress PRIMARY KEY (user_id, lesson)
);
INSERT INTO "lesson_progress" VALUES(<alex>,'data',0,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'preparing',3,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'network',3,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'feature-maps',2,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'loss',2,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'training',2,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'derivatives',2,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'grad-cam',3,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'reading',3,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
INSERT INTO "lesson_progress" VALUES(<alex>,'deceptions',3,7,'2026-01-01 00:00:00.000000','2026-01-01 00:00:00.000000');
CREATE TABLE looked_at (
	session_id INTEGER NOT NULL, 
	digit SMALLINT NOT NULL, 
	times INTEGER NOT NULL, 
	CONSTRAINT pk_looked_at PRIMARY KEY (session_id, digit), 
	CONSTRAINT fk_looked_at_session_id_sessions FOREIGN KEY(session_id) REFERENCES sessions (session_id) ON DELETE CASCADE
);
INSERT INTO "looked_at" VALUES(1,0,1);
CREATE TABLE participants (
	session_id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	joined_at DATETIME NOT NULL, 
	left_at DATETIME, 
	CONSTRAINT pk_participants PRIMARY KEY (session_id, user_id), 
	CONSTRAINT fk_participants_session_id_sessions FOREIGN KEY(session_id) REFERENCES sessions (session_id) ON DELETE CASCADE
);
INSERT INTO "participants" VALUES(1,<alex>,'2026-01-02 00:05:10.000000',NULL);
INSERT INTO "participants" VALUES(1,<bora>,'2026-01-02 00:05:10.000000',NULL);
CREATE TABLE people (
	user_id BIGINT NOT NULL, 
	on_scoreboards BOOLEAN NOT NULL, 
	reviews_in_groups BOOLEAN NOT NULL, 
	CONSTRAINT pk_people PRIMARY KEY (user_id)
);
CREATE TABLE review_items (
	user_id BIGINT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	topic VARCHAR(48) NOT NULL, 
	step SMALLINT NOT NULL, 
	due_at DATETIME NOT NULL, 
	CONSTRAINT pk_review_items PRIMARY KEY (user_id, kind, topic)
);
INSERT INTO "review_items" VALUES(<alex>,'lesson','data/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','preparing/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','network/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','feature-maps/0',1,'2026-01-05 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','loss/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','training/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','derivatives/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','grad-cam/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','reading/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'lesson','deceptions/0',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<alex>,'heat','0',1,'2026-01-05 00:05:10.000000');
INSERT INTO "review_items" VALUES(<minji>,'heat','0',0,'2026-01-02 00:00:45.000000');
INSERT INTO "review_items" VALUES(<alex>,'said','8',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<minji>,'said','8',0,'2026-01-02 00:01:35.000000');
INSERT INTO "review_items" VALUES(<alex>,'layer','conv2d_1',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<minji>,'layer','conv2d_1',0,'2026-01-02 00:02:25.000000');
INSERT INTO "review_items" VALUES(<alex>,'real','9',0,'2026-01-03 00:05:10.000000');
INSERT INTO "review_items" VALUES(<minji>,'real','9',0,'2026-01-02 00:03:15.000000');
INSERT INTO "review_items" VALUES(<alex>,'bet','0',0,'2026-01-02 00:04:05.000000');
CREATE TABLE rounds (
	round_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	server_id BIGINT, 
	channel_id BIGINT NOT NULL, 
	message_id BIGINT, 
	session_id INTEGER, 
	user_id BIGINT, 
	kind VARCHAR(16) NOT NULL, 
	question JSON NOT NULL, 
	language VARCHAR(8), 
	opened_at DATETIME NOT NULL, 
	closes_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	revealed_at DATETIME, 
	CONSTRAINT fk_rounds_session_id_sessions FOREIGN KEY(session_id) REFERENCES sessions (session_id) ON DELETE CASCADE
);
INSERT INTO "rounds" VALUES(1,<guild>,<channel>,1456074443980800187,NULL,NULL,'heat','{"kind": "heat", "digit": 993, "label": 0, "target": 0, "layer": "conv2d_1", "answer": "0", "topic": "0", "salt": 1732809255, "heat": []}',NULL,'2026-01-01 00:00:00.000000','2026-01-01 00:00:45.000000','2026-01-01 00:00:45.000000','2026-01-01 00:00:45.000000');
INSERT INTO "rounds" VALUES(2,<guild>,<channel>,1456074653696000001,NULL,NULL,'said','{"kind": "said", "digit": 844, "label": 8, "target": 7, "layer": "max_pooling2d_1", "answer": "7", "topic": "8", "salt": 1556978273, "heat": []}',NULL,'2026-01-01 00:00:50.000000','2026-01-01 00:01:35.000000','2026-01-01 00:01:35.000000','2026-01-01 00:01:35.000000');
INSERT INTO "rounds" VALUES(3,<guild>,<channel>,1456074863411200001,NULL,NULL,'layer','{"kind": "layer", "digit": 2901, "label": 4, "target": 4, "layer": "conv2d_1", "answer": "conv2d_1", "topic": "conv2d_1", "salt": 1297982800, "heat": []}',NULL,'2026-01-01 00:01:40.000000','2026-01-01 00:02:25.000000','2026-01-01 00:02:25.000000','2026-01-01 00:02:25.000000');
INSERT INTO "rounds" VALUES(4,<guild>,<channel>,1456075073126400001,NULL,NULL,'real','{"kind": "real", "digit": 4692, "label": 9, "target": 9, "layer": "max_pooling2d_1", "answer": "a", "topic": "9", "salt": 1801030849, "heat": []}',NULL,'2026-01-01 00:02:30.000000','2026-01-01 00:03:15.000000','2026-01-01 00:03:15.000000','2026-01-01 00:03:15.000000');
INSERT INTO "rounds" VALUES(5,<guild>,<channel>,1456075282841600001,NULL,NULL,'bet','{"kind": "bet", "digit": 8335, "label": 0, "target": 0, "layer": "max_pooling2d_1", "answer": "0@1", "topic": "0", "salt": 1492361189, "heat": [0.9519041480775071, 0.04809585192249288, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]}',NULL,'2026-01-01 00:03:20.000000','2026-01-01 00:04:05.000000','2026-01-01 00:04:05.000000','2026-01-01 00:04:05.000000');
INSERT INTO "rounds" VALUES(6,NULL,<channel>,NULL,NULL,<alex>,'heat','{"kind": "heat", "digit": 3650, "label": 0, "target": 0, "layer": "conv2d_1", "answer": "0", "topic": "0", "salt": 734775875, "heat": []}','en','2026-01-02 00:05:10.000000','2026-01-02 01:05:10.000000','2026-01-02 00:05:10.000000',NULL);
INSERT INTO "rounds" VALUES(7,NULL,<channel>,NULL,NULL,<alex>,'said','{"kind": "said", "digit": 4117, "label": 8, "target": 2, "layer": "max_pooling2d_1", "answer": "2", "topic": "8", "salt": 573764594, "heat": []}','en','2026-01-02 00:05:10.000000','2026-01-02 01:05:10.000000','2026-01-02 00:05:10.000000',NULL);
INSERT INTO "rounds" VALUES(8,NULL,<channel>,NULL,NULL,<alex>,'layer','{"kind": "layer", "digit": 853, "label": 7, "target": 7, "layer": "conv2d_1", "answer": "conv2d_1", "topic": "conv2d_1", "salt": 985252535, "heat": []}','en','2026-01-02 00:05:10.000000','2026-01-02 01:05:10.000000','2026-01-02 00:05:10.000000',NULL);
INSERT INTO "rounds" VALUES(9,NULL,<channel>,NULL,NULL,<alex>,'real','{"kind": "real", "digit": 8807, "label": 9, "target": 9, "layer": "max_pooling2d_1", "answer": "b", "topic": "9", "salt": 496970635, "heat": []}','en','2026-01-02 00:05:10.000000','2026-01-02 01:05:10.000000','2026-01-02 00:05:10.000000',NULL);
INSERT INTO "rounds" VALUES(10,<guild>,<channel>,1457162907811840001,NULL,NULL,'said','{"kind": "said", "digit": 8059, "label": 2, "target": 1, "layer": "max_pooling2d_1", "answer": "1", "topic": "2", "salt": 1500827389, "heat": []}',NULL,'2026-01-02 00:24:00.000000','2026-01-02 00:29:00.000000',NULL,NULL);
CREATE TABLE servers (
	server_id BIGINT NOT NULL, 
	language VARCHAR(8), 
	daily_channel_id BIGINT, 
	daily_hour SMALLINT NOT NULL, 
	left_at DATETIME, 
	CONSTRAINT pk_servers PRIMARY KEY (server_id), 
	CONSTRAINT ck_servers_daily_hour CHECK (daily_hour BETWEEN 0 AND 23)
);
INSERT INTO "servers" VALUES(<guild>,NULL,<elsewhere>,9,NULL);
CREATE TABLE sessions (
	session_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	server_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	thread_id BIGINT, 
	panel_id BIGINT, 
	host_id BIGINT NOT NULL, 
	topic VARCHAR(100) NOT NULL, 
	lesson VARCHAR(32), 
	screen SMALLINT NOT NULL, 
	moves INTEGER NOT NULL, 
	step_id BIGINT, 
	language VARCHAR(8), 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	summary_id BIGINT, 
	CONSTRAINT uq_sessions_thread_id UNIQUE (thread_id)
);
INSERT INTO "sessions" VALUES(1,<guild>,<channel>,<thread>,1456438132080640085,<alex>,'Heat','reading',1,2,1456438132080640101,NULL,'2026-01-02 00:05:10.000000',NULL,NULL);
INSERT INTO "sessions" VALUES(2,<guild>,<channel>,<ended>,1456438132080640086,<alex>,'Ended','reading',1,2,1456438132080640102,NULL,'2026-01-02 00:05:10.000000','2026-01-02 00:20:00.000000',NULL);
CREATE TABLE votes (
	round_id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	choice VARCHAR(16) NOT NULL, 
	voted_at DATETIME NOT NULL, 
	points INTEGER, 
	"right" BOOLEAN, 
	CONSTRAINT pk_votes PRIMARY KEY (round_id, user_id), 
	CONSTRAINT fk_votes_round_id_rounds FOREIGN KEY(round_id) REFERENCES rounds (round_id) ON DELETE CASCADE
);
INSERT INTO "votes" VALUES(1,<alex>,'1','2026-01-01 00:00:00.000000',0,0);
INSERT INTO "votes" VALUES(1,<bora>,'0','2026-01-01 00:00:00.000000',10,1);
INSERT INTO "votes" VALUES(1,<minji>,'1','2026-01-01 00:00:00.000000',0,0);
INSERT INTO "votes" VALUES(2,<alex>,'0','2026-01-01 00:00:50.000000',0,0);
INSERT INTO "votes" VALUES(2,<bora>,'7','2026-01-01 00:00:50.000000',11,1);
INSERT INTO "votes" VALUES(2,<minji>,'0','2026-01-01 00:00:50.000000',0,0);
INSERT INTO "votes" VALUES(3,<alex>,'conv2d','2026-01-01 00:01:40.000000',0,0);
INSERT INTO "votes" VALUES(3,<bora>,'conv2d_1','2026-01-01 00:01:40.000000',12,1);
INSERT INTO "votes" VALUES(3,<minji>,'conv2d','2026-01-01 00:01:40.000000',0,0);
INSERT INTO "votes" VALUES(4,<alex>,'b','2026-01-01 00:02:30.000000',0,0);
INSERT INTO "votes" VALUES(4,<bora>,'a','2026-01-01 00:02:30.000000',13,1);
INSERT INTO "votes" VALUES(4,<minji>,'b','2026-01-01 00:02:30.000000',0,0);
INSERT INTO "votes" VALUES(5,<alex>,'0@3','2026-01-01 00:03:20.000000',5,0);
INSERT INTO "votes" VALUES(6,<alex>,'0','2026-01-02 00:05:10.000000',0,1);
INSERT INTO "votes" VALUES(7,<alex>,'0','2026-01-02 00:05:10.000000',0,0);
INSERT INTO "votes" VALUES(8,<alex>,'conv2d','2026-01-02 00:05:10.000000',0,0);
INSERT INTO "votes" VALUES(9,<alex>,'a','2026-01-02 00:05:10.000000',0,0);
CREATE INDEX ix_review_items_due ON review_items (user_id, due_at);
CREATE INDEX ix_sessions_host_id ON sessions (host_id);
CREATE INDEX ix_sessions_server_id ON sessions (server_id);
CREATE INDEX ix_following_user_id ON following (user_id);
CREATE INDEX ix_participants_user_id ON participants (user_id);
CREATE INDEX ix_rounds_open ON rounds (closed_at, closes_at);
CREATE INDEX ix_rounds_server_id ON rounds (server_id);
CREATE INDEX ix_rounds_session_id ON rounds (session_id);
CREATE INDEX ix_rounds_user_id ON rounds (user_id);
CREATE INDEX ix_rounds_revealed_at ON rounds (revealed_at);
CREATE INDEX ix_rounds_channel ON rounds (channel_id, closed_at);
CREATE UNIQUE INDEX uq_rounds_one_open ON rounds (channel_id) WHERE closed_at IS NULL AND user_id IS NULL;
CREATE INDEX ix_votes_user_id ON votes (user_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('rounds',10);
INSERT INTO "sqlite_sequence" VALUES('sessions',2);
COMMIT;
